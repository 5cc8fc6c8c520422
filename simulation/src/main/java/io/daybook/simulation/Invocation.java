package io.daybook.simulation;

import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A function at work, on a thread of its own; the simulation waits while it runs, so that one thing happens at a time.
 * What goes wrong on its way is known beforehand.
 */
final class Invocation {
    private static final Logger LOG = LoggerFactory.getLogger(Invocation.class);
    private static final ThreadLocal<Invocation> CURRENT = new ThreadLocal<>();

    private final Runnable work;
    private final Map<Integer, Fault> faults;
    private final Runnable then;
    private final Semaphore turn = new Semaphore(0);
    private final Semaphore back = new Semaphore(0);
    private int effects;
    private boolean inTransaction;
    private boolean done;
    private Throwable failure;

    /** @param then what happens when it has ended, if it has not crashed */
    Invocation(Runnable work, Map<Integer, Fault> faults, Runnable then) {
        this.work = work;
        this.faults = faults;
        this.then = then;
        Thread.ofPlatform().daemon().start(this::run);
    }

    private void run() {
        turn.acquireUninterruptibly();
        CURRENT.set(this);
        try {
            work.run();
            then.run();
        } catch (Crash | RuntimeException e) {
            LOG.debug("An invocation has failed", e);
        } catch (Throwable e) {
            failure = e;
        } finally {
            done = true;
            back.release();
        }
    }

    /** Lets it work until it ends or stands still. */
    void go() {
        turn.release();
        back.acquireUninterruptibly();
        if (failure != null) {
            throw new AssertionError("a function failed", failure);
        }
    }

    boolean isDone() {
        return done;
    }

    /** Whether the thread's invocation has begun to change the database. */
    static void inTransaction(boolean is) {
        if (CURRENT.get() != null) {
            CURRENT.get().inTransaction = is;
        }
    }

    /**
     * Lets something take effect, if nothing goes wrong.
     *
     * @param refusal what the code is told that has asked for it
     */
    static <T> T effect(Effect effect, Callable<T> what, Exception refusal) throws Exception {
        var current = CURRENT.get();
        var fault = current == null ? null : current.faults.get(current.effects++);
        if (fault == null) {
            return what.call();
        }
        switch (fault) {
            case CRASH_BEFORE -> throw new Crash(effect, fault);
            case CRASH_AFTER -> {
                what.call();
                throw new Crash(effect, fault);
            }
            case REFUSED -> throw refusal;
            case UNANSWERED -> {
                what.call();
                throw refusal;
            }
            case PAUSE -> {
                if (!current.inTransaction) {
                    current.back.release();
                    current.turn.acquireUninterruptibly();
                }
                return what.call();
            }
        }
        throw new IllegalStateException(fault.toString());
    }
}
