// Two threads, kept for good so that the compiler's work lasts, each pinned to its processor by taskset.

import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;

final class Pair {
    interface Body {
        void run(int index, Gate gate);
    }

    /** Lets two threads through when both have come; any number of times. */
    static final class Gate {
        private final AtomicInteger arrivals = new AtomicInteger();

        void pass() {
            int needed = arrivals.getAndIncrement() / 2 * 2 + 2;
            Pause pause = new Pause();
            while (arrivals.get() < needed) pause.once();
        }
    }

    /** Spins; gives the processor away now and then, should somebody else need it to make progress. */
    static final class Pause {
        private int turns;

        void once() {
            if ((++turns & 0xFFFF) == 0) Thread.yield();
        }
    }

    private static final CyclicBarrier ends = new CyclicBarrier(3);
    private static volatile Body body;
    private static volatile Gate gate;
    private static volatile Throwable failure;

    /** Starts and pins the threads. The virtual machine gives a thread's name to the kernel's. */
    static void start() throws Exception {
        for (int index = 0; index < 2; index++) {
            int own = index;
            Thread thread = new Thread(() -> loop(own), "bench-" + index);
            thread.setDaemon(true);
            thread.start();
        }
        for (int index = 0; index < 2; index++) {
            String task = task("bench-" + index);
            Process taskset = new ProcessBuilder("taskset", "-pc", Integer.toString(index), task).start();
            if (taskset.waitFor() != 0) throw new IllegalStateException("taskset failed");
        }
    }

    private static String task(String name) throws Exception {
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
            for (Path task : tasks) {
                if (Files.readString(task.resolve("comm")).trim().equals(name)) return task.getFileName().toString();
            }
        }
        throw new IllegalStateException("no thread " + name);
    }

    private static void loop(int index) {
        while (true) {
            await();
            try {
                body.run(index, gate);
            } catch (Throwable error) {
                failure = error;
            }
            await();
        }
    }

    /** Runs `body` on both and waits for both. */
    static void run(Body next) {
        body = next;
        gate = new Gate();
        await();
        await();
        if (failure != null) throw new IllegalStateException(failure);
    }

    private static void await() {
        try {
            ends.await();
        } catch (Exception broken) {
            throw new IllegalStateException(broken);
        }
    }
}
