/* The unit's state machine against a scripted transport and clock: nothing here waits or looks at a real clock. */
#include "fake.h"

#include <stdio.h>
#include <string.h>

static fake f;

static void say_stage(uint64_t alert, uint32_t boot, uint32_t counter, uint8_t stage, uint64_t time_ms) {
    sos_message message = {.type = SOS_STAGE};
    message.as.stage = (sos_stage){alert, boot, counter, time_ms, stage};
    fake_say(&f, &message);
}

static void say_acknowledgement(uint32_t boot, uint32_t counter) {
    sos_message message = {.type = SOS_ACKNOWLEDGEMENT};
    message.as.acknowledgement = (sos_acknowledgement){boot, counter};
    fake_say(&f, &message);
}

static void say_unable(uint16_t code, uint8_t type) {
    sos_message message = {.type = SOS_UNABLE};
    message.as.unable.code = code;
    message.as.unable.type = type;
    fake_say(&f, &message);
}

static void say_bytes(const void *bytes, uint32_t count) {
    memcpy(f.in + f.in_bytes, bytes, count);
    f.in_bytes += count;
    sos_unit_step(&f.unit);
}

/* Hello first, heartbeats at the interval asked for, none while other frames go. */
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

/* Repeated with the same bytes after 2, 2, 4 and 8 s, then on a new connection, until a stage came. */
static void press_until_stored(void) {
    sos_message message;
    uint32_t counter = 0;
    const sos_fix fix = {511282580, 714305640, 350, 4};
    fake_start(&f, 7, 2);
    fake_online(&f);
    fake_count(&f, 0);
    CHECK(sos_unit_press(&f.unit, SOS_MEDICAL, 0, &fix, &counter) == SOS_DONE && counter == 1);
    CHECK(sos_unit_press_pending(&f.unit));
    sos_unit_step(&f.unit);
    CHECK(fake_next(&f, &message) && message.type == SOS_PRESS && message.as.press.category == SOS_MEDICAL);
    const sos_press first = message.as.press;
    CHECK(first.flags == SOS_PRESS_HAS_POSITION && first.latitude_e7 == fix.latitude_e7 && first.time_ms == f.clock_ms);
    fake_run(&f, 1999);
    CHECK(!fake_next(&f, &message));
    fake_run(&f, 1);
    CHECK(fake_next(&f, &message) && memcmp(&message.as.press, &first, sizeof first) == 0);
    fake_run(&f, 8000);
    CHECK(fake_count(&f, SOS_PRESS) == 2);
    CHECK(f.closes == 0);
    fake_run(&f, 12000); /* the fourth waited 6.4 to 9.6 s */
    CHECK(f.closes >= 1 && f.unit.state == SOS_GREETING);
    CHECK(fake_find(&f, SOS_HELLO, &message) && message.as.hello.flags == SOS_HELLO_PRESS_PENDING);
    CHECK(fake_next(&f, &message) && message.type == SOS_PRESS && memcmp(&message.as.press, &first, sizeof first) == 0);
    say_stage(10, 7, 1, SOS_RINGING, 1000); /* a later stage says stored too */
    CHECK(!sos_unit_press_pending(&f.unit) && f.answers == 1 && f.shown.stage == SOS_RINGING);
    CHECK(fake_find(&f, SOS_STAGE_CONFIRM, &message) && message.as.stage_confirm.alert == 10);
    fake_run(&f, 60000);
    CHECK(fake_count(&f, SOS_PRESS) == 0);
}

/* The link dies before stored: at once again, then each 1 to 2 s, never faster, and the press goes behind hello. */
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

/* A gateway that takes every connection and throws it out is not stormed, press or not. */
static void thrown_out_again_and_again(void) {
    fake_start(&f, 7, 4);
    sos_unit_press(&f.unit, SOS_POLICE, 0, NULL, NULL);
    f.has_ended = true;
    for (uint32_t second = 0; second < 60; second += 1) {
        fake_run(&f, 1000);
        if (f.is_open) say_unable(SOS_BAD_IDENTITY, SOS_HELLO);
    }
    CHECK(f.connects >= 20 && f.connects <= 62);
}

/* Bounds of the row 0…1, 1, 2, 4, 8, 16, 30, 30 s times 0.5 to 1, over many seeds; and that it is spread. */
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

/* Less than sixty seconds online goes on in the row, sixty begin it anew. */
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

/* Power fails with presses unanswered: they come back with their old boot and bytes; torn records do not. */
static void reboot_with_stored_presses(void) {
    sos_message message;
    fake_start(&f, 7, 6);
    sos_unit_press(&f.unit, SOS_FIRE, 0, NULL, NULL);
    sos_unit_press(&f.unit, SOS_TEST, 0, NULL, NULL);
    sos_unit_cancel(&f.unit, 1, NULL);
    sos_press saved = {0};
    for (uint32_t slot = 0; slot < FAKE_SLOTS; slot += 1) {
        uint16_t offset = 0;
        if (sos_decode(f.memory[slot], 36, SOS_FROM_UNIT, &message, &offset) == SOS_OK && message.type == SOS_PRESS &&
            message.as.press.counter == 1) {
            saved = message.as.press;
        }
        if (f.memory[slot][2] == SOS_PRESS && f.memory[slot][11] == 2) f.memory[slot][20] ^= 1; /* torn */
    }
    fake_reboot(&f);
    CHECK(sos_unit_press_pending(&f.unit));
    sos_unit_press(&f.unit, SOS_POLICE, 0, NULL, NULL);
    fake_online(&f);
    CHECK(fake_next(&f, &message) && message.type == SOS_HELLO && message.as.hello.boot == 8);
    CHECK(fake_next(&f, &message) && message.type == SOS_PRESS);
    CHECK(memcmp(&message.as.press, &saved, sizeof saved) == 0 && saved.boot == 7 && saved.category == SOS_FIRE);
    CHECK(fake_next(&f, &message) && message.type == SOS_PRESS && message.as.press.boot == 8);
    CHECK(message.as.press.counter == 1);
    CHECK(fake_next(&f, &message) && message.type == SOS_CANCEL && message.as.cancel.boot == 7);
    say_stage(1, 8, 1, SOS_STORED, 1);
    CHECK(sos_unit_press_pending(&f.unit));
    say_stage(1, 7, 1, SOS_STORED, 2);
    CHECK(!sos_unit_press_pending(&f.unit));
    say_acknowledgement(7, 3);
    fake_reboot(&f);
    fake_online(&f);
    CHECK(fake_count(&f, SOS_PRESS) == 0);
    /* The boot was not raised although a message of it is kept. */
    sos_unit_press(&f.unit, SOS_POLICE, 0, NULL, NULL);
    const sos_config config = fake_config(&f, f.unit.config.boot);
    sos_unit other;
    CHECK(sos_unit_init(&other, &config) == SOS_REFUSED);
}

/* Storage that fails, storage that is full. */
static void storage_limits(void) {
    fake_start(&f, 7, 7);
    for (uint32_t fault = 1; fault <= SOS_FAULT_LAST; fault += 1) sos_unit_set_fault(&f.unit, (uint8_t)fault, true, 0);
    f.connect_status = SOS_IO_FAILED;
    fake_run(&f, 120000);
    f.save_fails = true;
    CHECK(sos_unit_press(&f.unit, SOS_POLICE, 0, NULL, NULL) == SOS_NOT_SAVED);
    f.save_fails = false;
    for (uint32_t press = 0; press < FAKE_SLOTS / 2 - 1; press += 1) {
        CHECK(sos_unit_press(&f.unit, SOS_POLICE, 0, NULL, NULL) == SOS_DONE);
    }
    CHECK(sos_unit_press(&f.unit, SOS_POLICE, 0, NULL, NULL) == SOS_FULL);
    CHECK(sos_unit_cancel(&f.unit, 1, NULL) == SOS_FULL && sos_unit_cancel(&f.unit, 99, NULL) == SOS_REFUSED);
    CHECK(sos_unit_set_fault(&f.unit, 0, true, 0) == SOS_REFUSED);
    CHECK(sos_unit_set_fault(&f.unit, SOS_FAULT_LAST + 1, true, 0) == SOS_REFUSED);
}

/* Ten seconds' hold, one under way, 5, 10, 20 s between, until acknowledged or refused; ten a minute. */
static void faults(void) {
    sos_message message;
    fake_start(&f, 7, 8);
    fake_online(&f);
    fake_count(&f, 0);
    sos_unit_set_fault(&f.unit, 4, true, 14);
    const uint64_t began = f.clock_ms;
    fake_run(&f, 9000);
    sos_unit_set_fault(&f.unit, 1, true, 0);
    fake_run(&f, 500);
    sos_unit_set_fault(&f.unit, 1, false, 0); /* flickers: never reported */
    fake_run(&f, 499);
    CHECK(!fake_next(&f, &message));
    fake_run(&f, 1);
    CHECK(fake_next(&f, &message) && message.type == SOS_FAULT_BEGIN && message.as.fault.fault == 4);
    CHECK(message.as.fault.detail == 14 && message.as.fault.time_ms == began && message.as.fault.counter == 1);
    sos_unit_set_fault(&f.unit, 4, false, 60);
    fake_run(&f, 6500);
    CHECK(fake_count(&f, SOS_FAULT_BEGIN) == 1); /* the repeat */
    fake_run(&f, 12500);
    CHECK(fake_count(&f, SOS_FAULT_END) == 0); /* waits for the begin */
    say_acknowledgement(7, 1);
    CHECK(fake_find(&f, SOS_FAULT_END, &message) && message.as.fault.counter == 2);
    say_unable(SOS_CANNOT_STORE, SOS_FAULT_END);
    fake_run(&f, 6500);
    CHECK(fake_count(&f, SOS_FAULT_END) == 1); /* kept */
    say_unable(SOS_CANNOT_PROCESS, SOS_FAULT_BEGIN);
    fake_run(&f, 20000);
    CHECK(fake_count(&f, SOS_FAULT_END) >= 1); /* that was about another type */
    say_unable(SOS_NOT_SUPPORTED, SOS_FAULT_END);
    fake_run(&f, 120000);
    CHECK(fake_count(&f, SOS_FAULT_END) == 0);
    uint32_t sent = 0;
    for (uint32_t fault = 1; fault <= SOS_FAULT_LAST; fault += 1) sos_unit_set_fault(&f.unit, (uint8_t)fault, true, 0);
    for (uint32_t step = 0; step < 340; step += 1) {
        fake_run(&f, 200);
        while (fake_find(&f, SOS_FAULT_BEGIN, &message)) {
            sent += 1;
            say_acknowledgement(7, message.as.fault.counter);
        }
    }
    CHECK(sent == 10);
    fake_run(&f, 3000);
    CHECK(fake_count(&f, SOS_FAULT_BEGIN) == 1);
}

/* The lamps follow the latest notice by its time; each shown stage is confirmed; an old one changes nothing. */
static void stages(void) {
    fake_start(&f, 7, 9);
    fake_online(&f);
    say_stage(5, 7, 9, SOS_ANSWERED, 2000);
    say_stage(5, 7, 9, SOS_RINGING, 1000);
    CHECK(f.shown.stage == SOS_ANSWERED && f.stages == 1);
    say_stage(5, 7, 9, SOS_RINGING, 3000); /* handed back */
    CHECK(f.shown.stage == SOS_RINGING && f.stages == 2);
    say_stage(4, 7, 8, SOS_CLOSED, 9000); /* an earlier alert */
    CHECK(f.stages == 2 && fake_count(&f, SOS_STAGE_CONFIRM) == 2);
    f.has_ended = true;
    sos_unit_step(&f.unit);
    f.has_ended = false;
    f.now_ms = f.unit.until_ms;
    fake_online(&f);
    say_stage(4, 7, 8, SOS_CLOSED, 9000); /* a new connection tells anew */
    CHECK(f.stages == 3);
}

/* Goodbye, redirect with its wait and once only, no more than five in a row, unable that closes. */
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
    say_unable(SOS_DEADLINE, SOS_HELLO);
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

/* Wall clock: set by welcome and time; jumps of it move no deadline, a monotonic clock that goes back neither. */
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
    say_stage(1, 7, 1, SOS_STORED, 1);
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

/* Splits, joins, unknown types, frames longer than the buffer, garbage, a line that takes nothing. */
static void hostile_lines(void) {
    sos_message message;
    static const uint8_t unknown[] = {0, 1, 0x7F, 0, 42}, must[] = {0, 1, 0x7F, 1, 42}, huge[] = {0x41, 1, 0x10, 0};
    static uint8_t offer[4 + 16640];
    fake_start(&f, 7, 14);
    f.write_most = 1;
    fake_online(&f);
    f.read_most = 1;
    say_bytes(unknown, sizeof unknown);
    say_stage(3, 7, 1, SOS_RINGING, 5);
    fake_run(&f, 200);
    CHECK(f.shown.alert == 3 && f.unit.state == SOS_ONLINE);
    f.read_most = f.write_most = 0;
    fake_count(&f, 0);
    offer[0] = 0x41;
    offer[2] = SOS_OFFER;
    offer[17] = 1;
    for (uint32_t round = 0; round < 2; round += 1) { /* twice: what is skipped ends where it should */
        say_bytes(offer, sizeof offer);
        for (uint32_t step = 0; step < 10; step += 1) sos_unit_step(&f.unit);
    }
    CHECK(f.unit.state == SOS_ONLINE && f.told == 3); /* welcome and two offers: the known fields fit */
    offer[16] = 0x40;
    offer[17] = 0;
    memset(offer + 18, 'a', 16384);
    say_bytes(offer, sizeof offer);
    say_stage(3, 7, 1, SOS_ANSWERED, 6);
    for (uint32_t step = 0; step < 10; step += 1) sos_unit_step(&f.unit);
    CHECK(fake_find(&f, SOS_UNABLE, &message) && message.as.unable.code == SOS_NOT_SUPPORTED);
    CHECK(message.as.unable.type == SOS_OFFER && f.shown.stage == SOS_ANSWERED && f.unit.state == SOS_ONLINE);
    say_bytes(must, sizeof must);
    CHECK(f.unit.state == SOS_WAITING && fake_find(&f, SOS_UNABLE, &message));
    CHECK(message.as.unable.code == SOS_UNKNOWN_TYPE && message.as.unable.offset == 2);
    f.now_ms = f.unit.until_ms;
    fake_online(&f);
    say_bytes(huge, 2); /* from the header alone */
    CHECK(f.unit.state == SOS_WAITING && fake_find(&f, SOS_UNABLE, &message) && message.as.unable.code == SOS_OVERSIZED);
    f.now_ms = f.unit.until_ms;
    fake_online(&f);
    const uint8_t bad_stage[] = {0, 25, SOS_STAGE, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 7, 0, 0, 0, 1,
                                 0, 0, 0, 0, 0, 0, 0, 0, 9};
    say_bytes(bad_stage, sizeof bad_stage);
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
        if (f.is_open) say_bytes(bytes, sizeof bytes);
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

/* Not granted: refused; unknown: not supported; the same again: the same result; done by nobody: not supported. */
static void commands(void) {
    sos_message message = {.type = SOS_COMMAND};
    sos_message reply;
    fake_start(&f, 7, 16);
    fake_online(&f);
    message.as.command = (sos_command){.id = 1, .kind = SOS_DO_SIREN, .value = 5};
    fake_say(&f, &message);
    CHECK(f.told == 2 && fake_count(&f, SOS_COMMAND_RESULT) == 0);
    fake_say(&f, &message); /* not done twice */
    CHECK(f.told == 2 && fake_find(&f, SOS_COMMAND_RESULT, &reply));
    CHECK(reply.as.command_result.status == SOS_RESULT_STARTED);
    reply = (sos_message){.type = SOS_COMMAND_RESULT};
    reply.as.command_result = (sos_command_result){.id = 1, .status = SOS_RESULT_DONE, .value = 3};
    CHECK(sos_unit_send(&f.unit, &reply) == SOS_DONE);
    fake_say(&f, &message);
    CHECK(fake_count(&f, SOS_COMMAND_RESULT) == 2 && f.told == 2);
    fake_run(&f, 3600001);
    fake_say(&f, &message); /* after an hour it is a new one */
    CHECK(f.told == 3);
    f.unit.granted = SOS_CAN_SHOW_STAGES;
    message.as.command.id = 2;
    fake_count(&f, 0);
    fake_say(&f, &message);
    CHECK(f.told == 3 && fake_find(&f, SOS_COMMAND_RESULT, &reply));
    CHECK(reply.as.command_result.status == SOS_RESULT_REFUSED && reply.as.command_result.id == 2);
    message.as.command = (sos_command){.id = 3, .kind = 77};
    fake_say(&f, &message);
    CHECK(fake_find(&f, SOS_COMMAND_RESULT, &reply));
    CHECK(reply.as.command_result.status == SOS_RESULT_NOT_SUPPORTED);
    f.unit.granted = 1U << 6;
    f.handles = false;
    message.as.command = (sos_command){.id = 4, .kind = SOS_DO_VOLUME, .level = 80};
    fake_say(&f, &message);
    CHECK(f.told == 4 && fake_find(&f, SOS_COMMAND_RESULT, &reply));
    CHECK(reply.as.command_result.status == SOS_RESULT_NOT_SUPPORTED && reply.as.command_result.id == 4);
    message = (sos_message){.type = SOS_OFFER};
    message.as.description.sdp = (sos_text){(const uint8_t *)"v=0", 3};
    fake_say(&f, &message);
    CHECK(fake_find(&f, SOS_UNABLE, &reply) && reply.as.unable.code == SOS_NOT_SUPPORTED);
}

static void print_sizes(void) {
    printf("bytes: sos_unit %u, sos_slot %u, sos_message %u, sos_config %u, pointer %u\n", (unsigned)sizeof(sos_unit),
           (unsigned)sizeof(sos_slot), (unsigned)sizeof(sos_message), (unsigned)sizeof(sos_config),
           (unsigned)sizeof(void *));
}

int main(int count, char **arguments) {
    if (count > 1 && strcmp(arguments[1], "--sizes") == 0) {
        print_sizes();
        return 0;
    }
    hello_and_heartbeats();
    press_until_stored();
    link_lost_before_stored();
    thrown_out_again_and_again();
    backoff_bounds();
    backoff_reset();
    reboot_with_stored_presses();
    storage_limits();
    faults();
    stages();
    ends_of_a_connection();
    clock_jumps();
    hostile_lines();
    commands();
    printf("unit: %u checks, %u failures\n", checks, failures);
    return failures == 0 ? 0 : 1;
}
