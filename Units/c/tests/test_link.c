/* The connection's life against a scripted transport and clock: nothing here waits or looks at a real clock. */
#include "fake.h"

#include <stdio.h>
#include <string.h>

static fake f;

static void hello_and_heartbeats(void) {
    sos_message message;
    fake_start(&f, 7, 1);
    fake_online(&f);
    CHECK(f.now_ms <= 6001); /* the first attempt after 0 to 1 s */
    CHECK(fake_next(&f, &message) && message.type == SOS_HELLO && message.as.hello.flags == 0);
    CHECK(message.as.hello.boot == 7 && message.as.hello.clock_ms != 0 && message.as.hello.resume_token.length == 0);
    fake_run(&f, 29999);
    CHECK(fake_count(&f, SOS_HEARTBEAT) == 0);
    fake_run(&f, 1);
    CHECK(fake_next(&f, &message) && message.type == SOS_HEARTBEAT && message.as.heartbeat.battery_percent == 255);
    fake_run(&f, 300000);
    CHECK(fake_count(&f, SOS_HEARTBEAT) == 10);
}

static void link_lost_before_stored(void) {
    sos_message message;
    fake_start(&f, 7, 3);
    fake_online(&f);
    fake_run(&f, 5000);
    fake_count(&f, 0);
    sos_unit_press(&f.unit, SOS_POLICE, 0, NULL, NULL);
    sos_unit_step(&f.unit);
    f.has_ended = true;
    f.connect_status = SOS_IO_FAILED;
    const uint32_t before = f.connects;
    sos_unit_step(&f.unit);
    CHECK(f.unit.state == SOS_WAITING);
    sos_unit_step(&f.unit);
    CHECK(f.connects == before + 1); /* at once: the last attempt was long ago */
    fake_run(&f, 60000);
    CHECK(f.connects - before >= 30 && f.connects - before <= 62);
    f.connect_status = SOS_IO_READY;
    f.out_taken = f.out_bytes;
    fake_run(&f, 2001);
    CHECK(fake_next(&f, &message) && message.type == SOS_HELLO && message.as.hello.flags == SOS_HELLO_PRESS_PENDING);
    CHECK(fake_next(&f, &message) && message.type == SOS_PRESS && message.as.press.counter == 1);
}

static void thrown_out_again_and_again(void) {
    fake_start(&f, 7, 4);
    sos_unit_press(&f.unit, SOS_POLICE, 0, NULL, NULL);
    f.has_ended = true;
    for (uint32_t second = 0; second < 60; second += 1) {
        fake_run(&f, 1000);
        if (f.is_open) fake_say_unable(&f, SOS_BAD_IDENTITY, SOS_HELLO);
    }
    CHECK(f.connects >= 20 && f.connects <= 62);
}

static void backoff_bounds(void) {
    static const uint32_t most_s[] = {1, 1, 2, 4, 8, 16, 30, 30, 30};
    uint32_t spread = 0, last = 0;
    for (uint32_t seed = 1; seed <= 200; seed += 1) {
        fake_start(&f, 7, seed * 2654435761U);
        f.connect_status = SOS_IO_FAILED;
        for (uint32_t step = 0; step < sizeof most_s / sizeof most_s[0]; step += 1) {
            const uint64_t wait = f.unit.until_ms - f.now_ms;
            CHECK(wait <= most_s[step] * 1000U && (step == 0 || wait >= most_s[step] * 500U));
            if (step == 6) {
                spread += wait != last;
                last = (uint32_t)wait;
            }
            f.now_ms = f.unit.until_ms;
            sos_unit_step(&f.unit);
        }
    }
    CHECK(spread > 190);
}

static void backoff_reset(void) {
    fake_start(&f, 7, 5);
    f.connect_status = SOS_IO_FAILED;
    fake_run(&f, 200000);
    f.connect_status = SOS_IO_READY;
    fake_run(&f, 31000);
    fake_online(&f);
    fake_run(&f, 59000);
    f.has_ended = true;
    sos_unit_step(&f.unit);
    CHECK(f.unit.until_ms - f.now_ms >= 15000);
    f.now_ms = f.unit.until_ms;
    fake_online(&f);
    fake_run(&f, 60001);
    f.has_ended = true;
    sos_unit_step(&f.unit);
    CHECK(f.unit.state == SOS_WAITING && f.unit.until_ms - f.now_ms <= 1000);
}

static void ends_of_a_connection(void) {
    sos_message redirect = {.type = SOS_REDIRECT};
    redirect.as.redirect = (sos_redirect){7444, 40, {(const uint8_t *)"gw2.example.org", 15}};
    fake_start(&f, 7, 10);
    fake_online(&f);
    fake_say(&f, &redirect);
    CHECK(f.unit.state == SOS_WAITING && f.unit.until_ms - f.now_ms >= 40000 && f.unit.until_ms - f.now_ms <= 41000);
    f.connect_status = SOS_IO_FAILED;
    fake_run(&f, 41001);
    CHECK(strcmp(f.host, "gw2.example.org") == 0 && f.port == 7444);
    f.connect_status = SOS_IO_READY;
    fake_run(&f, 5000);
    CHECK(f.host[0] == '\0' && f.unit.state == SOS_GREETING); /* failed there: its own address again */
    redirect.as.redirect.retry_after_s = 0;
    uint32_t followed = 0;
    for (uint32_t round = 0; round < 8; round += 1) {
        fake_say(&f, &redirect);
        const uint32_t before = f.connects;
        while (f.connects == before) fake_run(&f, 100);
        followed += f.host[0] != '\0';
    }
    CHECK(followed == 4); /* with the first one five */
    sos_message goodbye = {.type = SOS_GOODBYE};
    goodbye.as.goodbye.reason = 6;
    fake_start(&f, 7, 11);
    fake_online(&f);
    fake_say(&f, &goodbye);
    CHECK(f.unit.state == SOS_WAITING && f.unit.until_ms - f.now_ms >= 15000); /* replaced: the longest wait */
    sos_unit_press(&f.unit, SOS_POLICE, 0, NULL, NULL);
    fake_run(&f, 2001);
    CHECK(f.unit.state == SOS_GREETING);
    fake_say_unable(&f, SOS_DEADLINE, SOS_HELLO);
    CHECK(f.unit.state == SOS_WAITING);
    fake_run(&f, 2001);
    fake_run(&f, 10001); /* no welcome in ten seconds */
    CHECK(f.connects >= 3);
    /* A press does not wait for retry-after. */
    fake_start(&f, 7, 12);
    fake_online(&f);
    fake_run(&f, 5000);
    redirect.as.redirect.retry_after_s = 600;
    fake_say(&f, &redirect);
    sos_unit_press(&f.unit, SOS_POLICE, 0, NULL, NULL);
    sos_unit_step(&f.unit);
    CHECK(f.unit.state == SOS_GREETING && f.port == 7444);
    sos_unit_stop(&f.unit, 1);
    CHECK(f.unit.state == SOS_STOPPED && !f.is_open && fake_count(&f, SOS_GOODBYE) == 1);
    fake_run(&f, 60000);
    CHECK(f.unit.state == SOS_STOPPED);
    sos_unit_start(&f.unit);
    fake_run(&f, 2000);
    CHECK(f.unit.state == SOS_GREETING);
}

static void revoked(void) {
    /* Random 15 to 30 s between attempts, however urgent, and what is pending stays. */
    uint32_t shortest = UINT32_MAX, longest = 0;
    sos_message message;
    for (uint32_t seed = 1; seed <= 50; seed += 1) {
        fake_start(&f, 7, seed * 2654435761U);
        fake_online(&f);
        fake_run(&f, 5000);
        sos_unit_press(&f.unit, SOS_POLICE, 0, NULL, NULL);
        for (uint32_t round = 0; round < 3; round += 1) {
            fake_say_unable(&f, SOS_REVOKED, 0);
            CHECK(f.unit.state == SOS_WAITING && !f.is_open);
            sos_unit_press(&f.unit, SOS_FIRE, 0, NULL, NULL); /* nor does another press end the wait */
            const uint32_t wait = (uint32_t)(f.unit.until_ms - f.now_ms);
            shortest = wait < shortest ? wait : shortest;
            longest = wait > longest ? wait : longest;
            fake_run(&f, wait - 1);
            CHECK(f.unit.state == SOS_WAITING);
            f.out_taken = f.out_bytes;
            fake_run(&f, 1);
            CHECK(f.unit.state == SOS_GREETING && fake_find(&f, SOS_PRESS, &message) && message.as.press.counter == 1);
        }
    }
    CHECK(shortest >= 15000 && shortest < 16000 && longest <= 30000 && longest > 29000);
    /* It was a mistake: from then on as ever. */
    fake_online(&f);
    fake_say_stage(&f, 1, 7, 1, SOS_STORED, 1);
    f.has_ended = true;
    sos_unit_step(&f.unit);
    fake_run(&f, 2001);
    CHECK(f.unit.state == SOS_GREETING);
}

static void clock_jumps(void) {
    sos_message message = {.type = SOS_TIME};
    fake_start(&f, 7, 13);
    f.clock_ms = 0; /* lost */
    fake_run(&f, 1001);
    CHECK(fake_find(&f, SOS_HELLO, &message) && message.as.hello.clock_ms == 0);
    sos_unit_press(&f.unit, SOS_POLICE, 0, NULL, NULL);
    sos_unit_step(&f.unit);
    CHECK(fake_find(&f, SOS_PRESS, &message) && message.as.press.time_ms == 0);
    message = (sos_message){.type = SOS_TIME};
    message.as.time.clock_ms = 1795253400000;
    fake_say(&f, &message);
    CHECK(f.clock_ms == 1795253400000);
    fake_online(&f);
    fake_say_stage(&f, 1, 7, 1, SOS_STORED, 1);
    fake_count(&f, 0);
    f.clock_ms += 7200000;
    fake_run(&f, 29000);
    CHECK(!fake_next(&f, &message));
    f.clock_ms -= 86400000;
    fake_run(&f, 1001);
    CHECK(fake_count(&f, SOS_HEARTBEAT) == 1);
    f.now_ms -= 4000;
    fake_run(&f, 4000);
    CHECK(f.unit.state == SOS_ONLINE && f.unit.now_ms >= f.now_ms);
    f.now_ms += 7200000; /* asleep for two hours */
    sos_unit_step(&f.unit);
    CHECK(fake_count(&f, SOS_HEARTBEAT) == 1 && f.unit.state == SOS_ONLINE);
}

static void hostile_lines(void) {
    sos_message message;
    static const uint8_t unknown[] = {0, 1, 0x7F, 0, 42}, must[] = {0, 1, 0x7F, 1, 42}, huge[] = {0x41, 1, 0x10, 0};
    static uint8_t offer[4 + 16640];
    fake_start(&f, 7, 14);
    f.write_most = 1;
    fake_online(&f);
    f.read_most = 1;
    fake_say_bytes(&f, unknown, sizeof unknown);
    fake_say_stage(&f, 3, 7, 1, SOS_RINGING, 5);
    fake_run(&f, 200);
    CHECK(f.shown.alert == 3 && f.unit.state == SOS_ONLINE);
    f.read_most = f.write_most = 0;
    fake_count(&f, 0);
    offer[0] = 0x41;
    offer[2] = SOS_OFFER;
    offer[17] = 1;
    for (uint32_t round = 0; round < 2; round += 1) { /* twice: what is skipped ends where it should */
        fake_say_bytes(&f, offer, sizeof offer);
        for (uint32_t step = 0; step < 10; step += 1) sos_unit_step(&f.unit);
    }
    CHECK(f.unit.state == SOS_ONLINE && f.told == 3); /* welcome and two offers: the known fields fit */
    offer[16] = 0x40;
    offer[17] = 0;
    memset(offer + 18, 'a', 16384);
    fake_say_bytes(&f, offer, sizeof offer);
    fake_say_stage(&f, 3, 7, 1, SOS_ANSWERED, 6);
    for (uint32_t step = 0; step < 10; step += 1) sos_unit_step(&f.unit);
    CHECK(fake_find(&f, SOS_UNABLE, &message) && message.as.unable.code == SOS_NOT_SUPPORTED);
    CHECK(message.as.unable.type == SOS_OFFER && f.shown.stage == SOS_ANSWERED && f.unit.state == SOS_ONLINE);
    fake_say_bytes(&f, must, sizeof must);
    CHECK(f.unit.state == SOS_WAITING && fake_find(&f, SOS_UNABLE, &message));
    CHECK(message.as.unable.code == SOS_UNKNOWN_TYPE && message.as.unable.offset == 2);
    f.now_ms = f.unit.until_ms;
    fake_online(&f);
    fake_say_bytes(&f, huge, 2); /* from the header alone */
    CHECK(f.unit.state == SOS_WAITING && fake_find(&f, SOS_UNABLE, &message) && message.as.unable.code == SOS_OVERSIZED);
    f.now_ms = f.unit.until_ms;
    fake_online(&f);
    const uint8_t bad_stage[] = {0, 25, SOS_STAGE, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 7, 0, 0, 0, 1,
                                 0, 0, 0, 0, 0, 0, 0, 0, 9};
    fake_say_bytes(&f, bad_stage, sizeof bad_stage);
    CHECK(fake_find(&f, SOS_UNABLE, &message) && message.as.unable.code == SOS_CANNOT_PROCESS);
    CHECK(message.as.unable.offset == 28 && f.unit.state == SOS_ONLINE);
    /* Every kind of bytes, in every state: the checks of the fake and the sanitizers are the judges. */
    uint32_t seed = 99;
    for (uint32_t round = 0; round < 3000; round += 1) {
        uint8_t bytes[64];
        for (uint32_t at = 0; at < sizeof bytes; at += 1) {
            seed = seed * 1664525U + 1013904223U;
            bytes[at] = (uint8_t)(seed >> 24);
        }
        if (round % 2U == 0) bytes[0] = 0;
        if (f.unit.state != SOS_GREETING && f.unit.state != SOS_ONLINE) f.now_ms = f.unit.until_ms;
        sos_unit_step(&f.unit);
        if (f.is_open) fake_say_bytes(&f, bytes, sizeof bytes);
    }
    /* A line that takes nothing is given up after the reporting time. */
    fake_start(&f, 7, 15);
    fake_online(&f);
    f.is_blocked = true;
    fake_run(&f, 119000);
    CHECK(f.unit.state == SOS_ONLINE && sos_unit_wants_write(&f.unit));
    fake_run(&f, 2000);
    CHECK(f.unit.state != SOS_ONLINE);
}

int main(void) {
    hello_and_heartbeats();
    link_lost_before_stored();
    thrown_out_again_and_again();
    backoff_bounds();
    backoff_reset();
    ends_of_a_connection();
    revoked();
    clock_jumps();
    hostile_lines();
    printf("link: %u checks, %u failures\n", checks, failures);
    return failures == 0 ? 0 : 1;
}
