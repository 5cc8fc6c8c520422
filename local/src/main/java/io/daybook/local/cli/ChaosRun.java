package io.daybook.local.cli;

import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

/** Clients of several ledgers, each with the load of its own, all at the same time. */
final class ChaosRun {
    private static final int LEDGERS = 6;

    private final Client client;
    private final long operations;
    private final List<ChaosClient> clients;

    /** @param operations how many they send in all */
    ChaosRun(Client client, long seed, long operations, ChaosClient.Pace pace) {
        this.client = client;
        this.operations = operations;
        var ledgers =
                IntStream.rangeClosed(1, LEDGERS).mapToObj(i -> "chaos-" + i).toList();
        this.clients = IntStream.range(0, LEDGERS)
                .mapToObj(i -> new ChaosClient(client, ledgers.get(i), without(ledgers, i), seed * LEDGERS + i, pace))
                .toList();
    }

    private static List<String> without(List<String> ledgers, int place) {
        return IntStream.range(0, ledgers.size())
                .filter(i -> i != place)
                .mapToObj(ledgers::get)
                .toList();
    }

    void open() {
        clients.forEach(ChaosClient::open);
    }

    /** Returns when all have sent what they have; if one fails, or this thread is interrupted, all stop. */
    void send() throws InterruptedException {
        var failure = new AtomicReference<RuntimeException>();
        var sender = Thread.currentThread();
        var threads = IntStream.range(0, LEDGERS)
                .mapToObj(i -> Thread.ofVirtual().unstarted(() -> {
                    try {
                        clients.get(i).send(operations * (i + 1) / LEDGERS - operations * i / LEDGERS);
                    } catch (RuntimeException e) {
                        if (failure.compareAndSet(null, e)) {
                            sender.interrupt();
                        }
                    } catch (InterruptedException stopped) {
                        Thread.currentThread().interrupt();
                    }
                }))
                .toList();
        threads.forEach(Thread::start);
        try {
            for (var thread : threads) {
                thread.join();
            }
        } catch (InterruptedException stopped) {
            threads.forEach(Thread::interrupt);
            if (failure.get() == null) {
                throw stopped;
            }
        }
        if (failure.get() != null) {
            throw failure.get();
        }
    }

    /**
     * Waits until all has come to rest, and looks at it.
     *
     * @param patience how long to go on waiting while not one operation comes to its end
     */
    Reckoning.Result reckon(Duration patience) throws InterruptedException {
        return Reckoning.of(client, clients, patience);
    }

    int ledgers() {
        return LEDGERS;
    }

    long sent() {
        return clients.stream().mapToLong(ChaosClient::sent).sum();
    }

    long accepted() {
        return clients.stream().mapToLong(ChaosClient::accepted).sum();
    }

    long repeated() {
        return clients.stream().mapToLong(ChaosClient::repeated).sum();
    }

    /** By code. */
    SortedMap<String, Long> refused() {
        var all = new TreeMap<String, Long>();
        clients.forEach(one -> one.refused().forEach((code, count) -> all.merge(code, count, Long::sum)));
        return all;
    }
}
