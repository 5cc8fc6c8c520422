package io.daybook.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The folder that a stack keeps everything in. While it is open no other stack, of this process or of another one, can
 * open it; the operating system lets go of it when the process dies, however it dies.
 */
public final class DataFolder implements AutoCloseable {

    /**
     * Folders open in this process. POSIX drops all of a process's locks on a file when it closes any descriptor of that
     * file, so a second attempt in the same process must be refused before it opens the lock file.
     */
    private static final Set<Path> OPEN_HERE = ConcurrentHashMap.newKeySet();

    private final Path root;
    private final FileChannel lockFile;
    private final FileLock lock;
    private final boolean temporary;

    private DataFolder(Path root, FileChannel lockFile, FileLock lock, boolean temporary) {
        this.root = root;
        this.lockFile = lockFile;
        this.lock = lock;
        this.temporary = temporary;
    }

    /**
     * Opens a folder, and makes it if need be.
     *
     * @throws StackException if it is in use, or cannot be made or written to
     */
    public static DataFolder open(Path folder) {
        try {
            return open(Files.createDirectories(folder).toRealPath(), false);
        } catch (IOException e) {
            throw new StackException("The data folder %s cannot be used: %s".formatted(folder, e), e);
        }
    }

    /** Makes a folder that is deleted, with all that is in it, when it is closed. */
    public static DataFolder temporary() {
        try {
            return open(Files.createTempDirectory("daybook-").toRealPath(), true);
        } catch (IOException e) {
            throw new StackException("No temporary data folder can be made: " + e, e);
        }
    }

    private static DataFolder open(Path root, boolean temporary) throws IOException {
        if (!OPEN_HERE.add(root)) {
            throw inUse(root, Optional.of(ProcessHandle.current().pid()));
        }
        FileChannel lockFile = null;
        try {
            lockFile = FileChannel.open(root.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            var lock = lockFile.tryLock();
            if (lock == null) {
                throw inUse(root, holder(root));
            }
            Files.writeString(
                    holderFile(root), Long.toString(ProcessHandle.current().pid()));
            return new DataFolder(root, lockFile, lock, temporary);
        } catch (IOException | RuntimeException e) {
            OPEN_HERE.remove(root);
            if (lockFile != null) {
                lockFile.close();
            }
            throw e;
        }
    }

    private static StackException inUse(Path root, Optional<Long> holder) {
        return new StackException(
                "The data folder %s is in use by another Daybook%s. Stop that one, or name another folder."
                        .formatted(
                                root,
                                holder.map(pid -> " (process %d)".formatted(pid))
                                        .orElse("")));
    }

    private static Optional<Long> holder(Path root) {
        try {
            return Optional.of(Long.parseLong(Files.readString(holderFile(root)).strip()));
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    // Not in the lock file itself: where locks are mandatory nobody else could read it there.
    private static Path holderFile(Path root) {
        return root.resolve("pid");
    }

    /** The folder itself, absolute. */
    public Path root() {
        return root;
    }

    Path postgres() {
        return root.resolve("postgres");
    }

    Path redis() {
        return root.resolve("redis");
    }

    Path queue() {
        return root.resolve("queue");
    }

    /** Deletes what is below a path, and the path itself; nothing happens if there is nothing. */
    public static void deleteTree(Path path) {
        if (!Files.exists(path)) {
            return;
        }
        try {
            Files.walkFileTree(path, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.deleteIfExists(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException failure) {
                    // A server that is just stopping removes files of its own.
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path folder, IOException failure) throws IOException {
                    Files.deleteIfExists(folder);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try (lockFile) {
            Files.deleteIfExists(holderFile(root));
            if (lock.isValid()) {
                lock.release();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            OPEN_HERE.remove(root);
        }
        if (temporary) {
            deleteTree(root);
        }
    }
}
