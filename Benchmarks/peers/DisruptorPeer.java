// LMAX Disruptor behind the columns of protocol.hpp: `DisruptorPeer single` has one producer, `multi` several.
// Claimed and published in batches, taken by an EventPoller; events live in the ring and are written in place.

import com.lmax.disruptor.EventPoller;
import com.lmax.disruptor.InsufficientCapacityException;
import com.lmax.disruptor.RingBuffer;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.Arrays;
import java.util.Locale;

public final class DisruptorPeer {
    /** Kind and length, as the event ring's record header says them. */
    static final long TAG = 1L | 56L << 16;

    static final class Event {
        long tag, a, b, c, d, e, f, g;

        void write(long number) {
            tag = TAG;
            a = number;
            b = number + 1;
            c = number + 2;
            d = number + 3;
            e = number + 4;
            f = number + 5;
            g = number + 6;
        }

        long sum() { return tag + a + b + c + d + e + f + g; }
    }

    /** One ring with one consumer. */
    static final class Queue implements EventPoller.Handler<Event> {
        private final RingBuffer<Event> ring;
        private final EventPoller<Event> poller;
        private int max;
        private int taken;
        private long sum;

        Queue(int capacity) {
            ring = many ? RingBuffer.createMultiProducer(Event::new, capacity)
                        : RingBuffer.createSingleProducer(Event::new, capacity);
            poller = ring.newPoller();
            ring.addGatingSequences(poller.getSequence());
        }

        int push(long first, int count) {
            if (!ring.hasAvailableCapacity(count)) return 0;
            long last;
            try {
                last = ring.tryNext(count);
            } catch (InsufficientCapacityException full) {
                return 0;
            }
            long begin = last - count + 1;
            for (int i = 0; i < count; i++) ring.get(begin + i).write(first + i);
            if (count == 1) ring.publish(last);
            else ring.publish(begin, last);
            return count;
        }

        int take(int most) {
            max = most;
            taken = 0;
            try {
                poller.poll(this);
            } catch (Exception impossible) {
                throw new IllegalStateException(impossible);
            }
            return taken;
        }

        @Override
        public boolean onEvent(Event event, long sequence, boolean endOfBatch) {
            sum += event.sum();
            return ++taken < max;
        }

        /** What was taken since the last call adds up to this. */
        void check(long expected) {
            if (sum != expected) throw new IllegalStateException("what came out is not what went in");
            sum = 0;
        }
    }

    static boolean many;

    static long expected(long count) { return count * (TAG + 21) + 7 * (count * (count - 1) / 2); }

    static double oneThread(int events) {
        Queue queue = new Queue(4096);
        long[] times = new long[2];
        Pair.run((index, gate) -> {
            if (index == 1) return;
            times[0] = System.nanoTime();
            for (int number = 0; number < events; number++) {
                queue.push(number, 1);
                queue.take(1);
            }
            times[1] = System.nanoTime();
        });
        queue.check(expected(events));
        return (double) (times[1] - times[0]) / events;
    }

    static double pipe(int batch, int events) {
        Queue queue = new Queue(4096);
        long[] times = new long[4];
        Pair.run((index, gate) -> {
            Pair.Pause pause = new Pair.Pause();
            gate.pass();
            times[index] = System.nanoTime();
            for (int done = 0; done < events;) {
                int moved = index == 0 ? queue.push(done, Math.min(batch, events - done)) : queue.take(64);
                if (moved == 0) pause.once();
                done += moved;
            }
            times[2 + index] = System.nanoTime();
        });
        queue.check(expected(events));
        return events / span(times) * 1000;
    }

    static double fill(int batch, int repeats) {
        int each = 16_000;
        Queue queue = new Queue(32_768);
        double total = 0;
        for (int repeat = 0; repeat < repeats; repeat++) {
            long[] times = new long[4];
            Pair.run((index, gate) -> {
                gate.pass();
                gate.pass();
                times[index] = System.nanoTime();
                for (int done = 0; done < each;) done += queue.push(done, Math.min(batch, each - done));
                times[2 + index] = System.nanoTime();
                gate.pass();
                if (index == 0) for (int taken = 0; taken < 2 * each;) taken += queue.take(1024);
            });
            queue.check(2 * expected(each));
            total += span(times);
        }
        return 2.0 * each * repeats / total * 1000;
    }

    static double drainToo(int batch, int events) {
        Queue queue = new Queue(4096);
        long[] times = new long[4];
        Pair.run((index, gate) -> {
            Pair.Pause pause = new Pair.Pause();
            int sent = 0;
            int taken = 0;
            gate.pass();
            times[index] = System.nanoTime();
            while (sent < events || (index == 0 && taken < 2 * events)) {
                int moved = sent < events ? queue.push(sent, Math.min(batch, events - sent)) : 0;
                sent += moved;
                if (index == 0) {
                    int got = queue.take(2 * batch);
                    taken += got;
                    moved += got;
                }
                if (moved == 0) pause.once();
            }
            times[2 + index] = System.nanoTime();
        });
        queue.check(2 * expected(events));
        return 2.0 * events / span(times) * 1000;
    }

    static long[] roundTrip(int trips) {
        Queue[] queues = {new Queue(1024), new Queue(1024)};
        long[] times = new long[trips];
        Pair.run((index, gate) -> {
            Queue out = queues[index];
            Queue back = queues[1 - index];
            Pair.Pause pause = new Pair.Pause();
            gate.pass();
            long last = System.nanoTime();
            for (int trip = 0; trip < trips; trip++) {
                if (index == 0) out.push(trip, 1);
                while (back.take(1) == 0) pause.once();
                if (index == 1) {
                    out.push(trip, 1);
                } else {
                    long now = System.nanoTime();
                    times[trip] = now - last;
                    last = now;
                }
            }
        });
        for (Queue queue : queues) queue.check(expected(trips));
        Arrays.sort(times);
        return times;
    }

    /** Nanoseconds from the first begin to the last end. */
    static double span(long[] times) { return Math.max(times[2], times[3]) - Math.min(times[0], times[1]); }

    public static void main(String[] arguments) throws Exception {
        many = arguments[0].equals("multi");
        Pair.start();
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in));
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            String[] words = line.split(" ");
            int batch = words.length > 1 ? Integer.parseInt(words[1]) : 1;
            System.out.println(answer(words[0], batch));
        }
        System.exit(0);
    }

    static String answer(String column, int batch) {
        if (!many && (column.equals("fill") || column.equals("drain"))) return "-";
        switch (column) {
            case "one": return text(oneThread(2_000_000));
            case "pipe": return text(pipe(batch, 4_000_000));
            case "fill": return text(fill(batch, 20));
            case "drain": return text(drainToo(batch, 1_000_000));
            default:
                long[] times = roundTrip(200_000);
                int last = times.length - 1;
                return text(times[last / 2]) + " " + text(times[(int) (last * 0.99)]) + " "
                    + text(times[(int) (last * 0.999)]);
        }
    }

    static String text(double figure) { return String.format(Locale.ROOT, "%.3f", figure); }
}
