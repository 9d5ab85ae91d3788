/* Presses, faults, stages and commands against a scripted transport and clock: nothing here waits or looks at a real clock. */
#include "fake.h"

#include <stdio.h>
#include <string.h>

static fake f;

/* Hello first, heartbeats at the interval asked for, none while other frames go. */
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
    fake_say_stage(&f, 10, 7, 1, SOS_RINGING, 1000); /* a later stage says stored too */
    CHECK(!sos_unit_press_pending(&f.unit) && f.answers == 1 && f.shown.stage == SOS_RINGING);
    CHECK(fake_find(&f, SOS_STAGE_CONFIRM, &message) && message.as.stage_confirm.alert == 10);
    fake_run(&f, 60000);
    CHECK(fake_count(&f, SOS_PRESS) == 0);
}

/* The link dies before stored: at once again, then each 1 to 2 s, never faster, and the press goes behind hello. */
/* A gateway that takes every connection and throws it out is not stormed, press or not. */
/* Bounds of the row 0…1, 1, 2, 4, 8, 16, 30, 30 s times 0.5 to 1, over many seeds; and that it is spread. */
/* Less than sixty seconds online goes on in the row, sixty begin it anew. */
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
    fake_say_stage(&f, 1, 8, 1, SOS_STORED, 1);
    CHECK(sos_unit_press_pending(&f.unit));
    fake_say_stage(&f, 1, 7, 1, SOS_STORED, 2);
    CHECK(!sos_unit_press_pending(&f.unit));
    fake_say_acknowledgement(&f, 7, 3);
    fake_reboot(&f);
    fake_online(&f);
    CHECK(fake_count(&f, SOS_PRESS) == 0);
    /* The boot was not raised although a message of it is kept. */
    sos_unit_press(&f.unit, SOS_POLICE, 0, NULL, NULL);
    const sos_config config = fake_config(&f, f.unit.config.boot);
    sos_unit other;
    CHECK(sos_unit_init(&other, &config) == SOS_REFUSED);
}

/* What the unit's own test found goes with the test call; the position's bit is the library's. */
static void test_call_with_results(void) {
    sos_message message;
    const sos_fix fix = {1, 2, 3, 4};
    const uint8_t results = SOS_PRESS_HAS_RESULTS | SOS_PRESS_CAMERA_FAILED;
    fake_start(&f, 7, 17);
    fake_online(&f);
    sos_unit_press(&f.unit, SOS_TEST, results | SOS_PRESS_HAS_POSITION, NULL, NULL);
    sos_unit_press(&f.unit, SOS_TEST, results, &fix, NULL);
    sos_unit_step(&f.unit);
    CHECK(fake_find(&f, SOS_PRESS, &message) && message.as.press.flags == results);
    CHECK(fake_find(&f, SOS_PRESS, &message) && message.as.press.flags == (results | SOS_PRESS_HAS_POSITION));
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
    fake_say_acknowledgement(&f, 7, 1);
    CHECK(fake_find(&f, SOS_FAULT_END, &message) && message.as.fault.counter == 2);
    fake_say_unable(&f, SOS_CANNOT_STORE, SOS_FAULT_END);
    fake_run(&f, 6500);
    CHECK(fake_count(&f, SOS_FAULT_END) == 1); /* kept */
    fake_say_unable(&f, SOS_CANNOT_PROCESS, SOS_FAULT_BEGIN);
    fake_run(&f, 20000);
    CHECK(fake_count(&f, SOS_FAULT_END) >= 1); /* that was about another type */
    fake_say_unable(&f, SOS_NOT_SUPPORTED, SOS_FAULT_END);
    fake_run(&f, 120000);
    CHECK(fake_count(&f, SOS_FAULT_END) == 0);
    uint32_t sent = 0;
    for (uint32_t fault = 1; fault <= SOS_FAULT_LAST; fault += 1) sos_unit_set_fault(&f.unit, (uint8_t)fault, true, 0);
    for (uint32_t step = 0; step < 340; step += 1) {
        fake_run(&f, 200);
        while (fake_find(&f, SOS_FAULT_BEGIN, &message)) {
            sent += 1;
            fake_say_acknowledgement(&f, 7, message.as.fault.counter);
        }
    }
    CHECK(sent == 10);
    fake_run(&f, 3000);
    CHECK(fake_count(&f, SOS_FAULT_BEGIN) == 1);
}

/* A session that goes on knows what stands; another one is told again. */
static void faults_of_sessions(void) {
    static const struct {
        const char *token;
        uint32_t begins;
    } lives[] = {{"first", 0}, {"first", 0}, {"second", 1}, {"second", 0}, {"", 1}, {"", 0}, {"third", 0}};
    sos_message message;
    fake_start(&f, 7, 17);
    sos_unit_set_fault(&f.unit, 4, true, 14);
    fake_run(&f, 10001);
    fake_online_as(&f, "first");
    CHECK(fake_find(&f, SOS_FAULT_BEGIN, &message));
    fake_say_acknowledgement(&f, 7, message.as.fault.counter);
    const char *shown = "first";
    for (uint32_t life = 0; life < sizeof lives / sizeof lives[0]; life += 1) {
        f.has_ended = true;
        sos_unit_step(&f.unit);
        f.out_taken = f.out_bytes;
        fake_online_as(&f, lives[life].token);
        CHECK(fake_find(&f, SOS_HELLO, &message) && message.as.hello.resume_token.length == strlen(shown));
        CHECK(memcmp(message.as.hello.resume_token.bytes, shown, strlen(shown)) == 0);
        shown = lives[life].token;
        fake_run(&f, 1000);
        uint32_t begins = 0;
        while (fake_find(&f, SOS_FAULT_BEGIN, &message)) {
            begins += 1;
            CHECK(message.as.fault.fault == 4 && message.as.fault.detail == 14);
            fake_say_acknowledgement(&f, 7, message.as.fault.counter);
        }
        CHECK(begins == lives[life].begins);
    }
}

/* The lamps follow the latest notice by its time; each shown stage is confirmed; an old one changes nothing. */
static void stages(void) {
    fake_start(&f, 7, 9);
    fake_online(&f);
    fake_say_stage(&f, 5, 7, 9, SOS_ANSWERED, 2000);
    fake_say_stage(&f, 5, 7, 9, SOS_RINGING, 1000);
    CHECK(f.shown.stage == SOS_ANSWERED && f.stages == 1);
    fake_say_stage(&f, 5, 7, 9, SOS_RINGING, 3000); /* handed back */
    CHECK(f.shown.stage == SOS_RINGING && f.stages == 2);
    fake_say_stage(&f, 4, 7, 8, SOS_CLOSED, 9000); /* an earlier alert */
    CHECK(f.stages == 2 && fake_count(&f, SOS_STAGE_CONFIRM) == 2);
    f.has_ended = true;
    sos_unit_step(&f.unit);
    f.has_ended = false;
    f.now_ms = f.unit.until_ms;
    fake_online(&f);
    fake_say_stage(&f, 4, 7, 8, SOS_CLOSED, 9000); /* a new connection tells anew */
    CHECK(f.stages == 3);
}

/* Goodbye, redirect with its wait and once only, no more than five in a row, unable that closes. */
/* Wall clock: set by welcome and time; jumps of it move no deadline, a monotonic clock that goes back neither. */
/* Splits, joins, unknown types, frames longer than the buffer, garbage, a line that takes nothing. */
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
    press_until_stored();
    reboot_with_stored_presses();
    test_call_with_results();
    storage_limits();
    faults();
    faults_of_sessions();
    stages();
    commands();
    printf("unit: %u checks, %u failures\n", checks, failures);
    return failures == 0 ? 0 : 1;
}
