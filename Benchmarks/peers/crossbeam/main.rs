//! crossbeam's ArrayQueue: many producers, many consumers, no batches. Columns and protocol as in ../protocol.hpp.

use crossbeam_queue::ArrayQueue;
use std::io::{BufRead, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

mod machine;
use machine::{on_two_processors, Pause};

/// Kind and length, as the event ring's record header says them.
const TAG: u64 = 1 | 56 << 16;

#[repr(align(16))]
#[derive(Clone, Copy)]
struct Event([u64; 8]);

impl Event {
    #[inline(always)]
    fn new(n: u64) -> Event {
        Event([TAG, n, n + 1, n + 2, n + 3, n + 4, n + 5, n + 6])
    }

    #[inline(always)]
    fn sum(&self) -> u64 {
        self.0.iter().fold(0, |sum: u64, word| sum.wrapping_add(*word))
    }
}

fn expected(count: u64) -> u64 {
    count * (TAG + 21) + 7 * (count * (count - 1) / 2)
}

fn check(sum: u64, expected: u64) {
    assert_eq!(sum, expected, "what came out is not what went in");
}

fn push(queue: &ArrayQueue<Event>, number: u64) -> usize {
    queue.push(Event::new(number)).is_ok() as usize
}

fn take(queue: &ArrayQueue<Event>, max: usize, sum: &mut u64) -> usize {
    for taken in 0..max {
        match queue.pop() {
            Some(event) => *sum = sum.wrapping_add(event.sum()),
            None => return taken,
        }
    }
    max
}

fn one_thread(events: u64) -> f64 {
    let queue = ArrayQueue::new(4096);
    let results = on_two_processors(|index, _| {
        if index == 1 {
            return (0.0, 0);
        }
        let mut sum = 0;
        let begin = Instant::now();
        for number in 0..events {
            push(&queue, number);
            take(&queue, 1, &mut sum);
        }
        (begin.elapsed().as_nanos() as f64, sum)
    });
    check(results[0].1, expected(events));
    results[0].0 / events as f64
}

fn pipe(events: u64) -> f64 {
    let queue = ArrayQueue::new(4096);
    let results = on_two_processors(|index, gate| {
        let (mut pause, mut sum, mut done) = (Pause::new(), 0, 0);
        gate.pass();
        let begin = Instant::now();
        while done < events {
            let moved = if index == 0 { push(&queue, done) } else { take(&queue, 64, &mut sum) };
            if moved == 0 {
                pause.once();
            }
            done += moved as u64;
        }
        (begin, Instant::now(), sum)
    });
    check(results[1].2, expected(events));
    events as f64 / span(results.map(|r| (r.0, r.1))) * 1000.0
}

fn fill(repeats: u64) -> f64 {
    let each = 16_000;
    let queue = ArrayQueue::new(32_768);
    let mut total = 0.0;
    for _ in 0..repeats {
        let results = on_two_processors(|index, gate| {
            gate.pass();
            gate.pass();
            let begin = Instant::now();
            for number in 0..each {
                push(&queue, number);
            }
            let end = Instant::now();
            gate.pass();
            let mut sum = 0;
            if index == 0 {
                take(&queue, 2 * each as usize, &mut sum);
            }
            (begin, end, sum)
        });
        check(results[0].2, 2 * expected(each));
        total += span(results.map(|r| (r.0, r.1)));
    }
    (2 * each * repeats) as f64 / total * 1000.0
}

fn drain_too(events: u64) -> f64 {
    let queue = ArrayQueue::new(4096);
    let results = on_two_processors(|index, gate| {
        let (mut pause, mut sum, mut sent, mut taken) = (Pause::new(), 0, 0, 0);
        gate.pass();
        let begin = Instant::now();
        while sent < events || (index == 0 && taken < 2 * events) {
            let mut moved = if sent < events { push(&queue, sent) } else { 0 };
            sent += moved as u64;
            if index == 0 {
                let got = take(&queue, 2, &mut sum);
                taken += got as u64;
                moved += got;
            }
            if moved == 0 {
                pause.once();
            }
        }
        (begin, Instant::now(), sum)
    });
    check(results[0].2, 2 * expected(events));
    2.0 * events as f64 / span(results.map(|r| (r.0, r.1))) * 1000.0
}

fn round_trip(trips: usize) -> [f64; 3] {
    let queues = [ArrayQueue::new(1024), ArrayQueue::new(1024)];
    let results = on_two_processors(|index, gate| {
        let (out, back) = (&queues[index], &queues[1 - index]);
        let mut times = vec![0u64; trips];
        let (mut pause, mut sum) = (Pause::new(), 0);
        gate.pass();
        let mut last = Instant::now();
        for trip in 0..trips {
            if index == 0 {
                push(out, trip as u64);
            }
            while take(back, 1, &mut sum) == 0 {
                pause.once();
            }
            if index == 1 {
                push(out, trip as u64);
            } else {
                let now = Instant::now();
                times[trip] = (now - last).as_nanos() as u64;
                last = now;
            }
        }
        (times, sum)
    });
    for result in &results {
        check(result.1, expected(trips as u64));
    }
    let [(mut times, _), _] = results;
    times.sort_unstable();
    [0.5, 0.99, 0.999].map(|part| times[((trips - 1) as f64 * part) as usize] as f64)
}

/// Nanoseconds from the first thread's begin to the last one's end.
fn span(times: [(Instant, Instant); 2]) -> f64 {
    (times[0].1.max(times[1].1) - times[0].0.min(times[1].0)).as_nanos() as f64
}

fn main() {
    for line in std::io::stdin().lock().lines() {
        let line = line.expect("a column");
        match line.trim_end_matches(" 1") {
            "one" => println!("{:.3}", one_thread(2_000_000)),
            "pipe" => println!("{:.3}", pipe(4_000_000)),
            "fill" => println!("{:.3}", fill(20)),
            "drain" => println!("{:.3}", drain_too(1_000_000)),
            "trip" => {
                let times = round_trip(200_000);
                println!("{} {} {}", times[0], times[1], times[2]);
            }
            _ => println!("-"),
        }
        std::io::stdout().flush().expect("a reader");
    }
}
