#include "fake.h"

#include <stdio.h>
#include <string.h>

unsigned checks, failures;

void check(bool good, const char *what, const char *file, int line) {
    checks += 1;
    if (!good) {
        failures += 1;
        printf("%s:%d: not so: %s\n", file, line, what);
    }
}

static uint64_t monotonic_ms(void *context) { return ((fake *)context)->now_ms; }
static uint64_t clock_ms(void *context) { return ((fake *)context)->clock_ms; }
static void set_clock(void *context, uint64_t ms) { ((fake *)context)->clock_ms = ms; }

static uint32_t next_random(void *context) {
    fake *f = context;
    f->seed ^= f->seed << 13;
    f->seed ^= f->seed >> 17;
    f->seed ^= f->seed << 5;
    return f->seed;
}

static int32_t connect_now(void *context, const char *host, uint16_t port) {
    fake *f = context;
    snprintf(f->host, sizeof f->host, "%s", host == NULL ? "" : host);
    f->port = port;
    f->connects += 1;
    f->is_open = f->connect_status == SOS_IO_READY;
    if (f->is_open) {
        f->in_bytes = f->in_taken = 0;
        f->has_ended = false;
    }
    return f->connect_status;
}

static int32_t read_some(void *context, uint8_t *to, uint32_t capacity) {
    fake *f = context;
    uint32_t count = f->in_bytes - f->in_taken;
    check(f->is_open && capacity > 0, "reads an open connection into some room", __FILE__, __LINE__);
    if (count == 0) return f->has_ended ? SOS_IO_FAILED : SOS_IO_AGAIN;
    if (count > capacity) count = capacity;
    if (f->read_most != 0 && count > f->read_most) count = f->read_most;
    memcpy(to, f->in + f->in_taken, count);
    f->in_taken += count;
    return (int32_t)count;
}

static int32_t write_some(void *context, const uint8_t *from, uint32_t count) {
    fake *f = context;
    check(f->is_open, "writes to an open connection", __FILE__, __LINE__);
    if (f->is_blocked) return SOS_IO_AGAIN;
    if (f->write_most != 0 && count > f->write_most) count = f->write_most;
    if (f->out_bytes + count > sizeof f->out) f->out_bytes = f->out_taken = 0;
    memcpy(f->out + f->out_bytes, from, count);
    f->out_bytes += count;
    return (int32_t)count;
}

static void close_now(void *context, bool in_order) {
    fake *f = context;
    f->is_open = false;
    f->closes += 1;
    (void)in_order;
}

static bool save(void *context, uint16_t slot, const uint8_t *record) {
    fake *f = context;
    if (f->save_fails) return false;
    memcpy(f->memory[slot], record, SOS_RECORD_BYTES);
    return true;
}

static bool load(void *context, uint16_t slot, uint8_t *record) {
    memcpy(record, ((fake *)context)->memory[slot], SOS_RECORD_BYTES);
    return true;
}

static bool erase(void *context, uint16_t slot) {
    memset(((fake *)context)->memory[slot], 0xFF, SOS_RECORD_BYTES);
    return true;
}

static bool show_stage(void *context, const sos_stage *stage) {
    fake *f = context;
    f->shown = *stage;
    f->stages += 1;
    return true;
}

static void answered(void *context, uint8_t type, uint32_t boot, uint32_t counter) {
    ((fake *)context)->answers += 1;
    (void)type, (void)boot, (void)counter;
}

static bool received(void *context, const sos_message *message) {
    ((fake *)context)->told += 1;
    (void)message;
    return ((fake *)context)->handles;
}

sos_config fake_config(fake *f, uint32_t boot) {
    sos_config config = {.unit_id = "KZ-AST-0017", .boot = boot, .firmware = 0x20301, .capabilities = 0xFFFF,
                         .slots = f->slots, .slot_count = FAKE_SLOTS, .receive = f->receive,
                         .receive_bytes = sizeof f->receive, .send = f->send, .send_bytes = sizeof f->send};
    config.platform = (sos_platform){f, monotonic_ms, clock_ms, set_clock, next_random, connect_now, read_some,
                                     write_some, close_now, save, load, erase, NULL, show_stage, answered, received,
                                     NULL};
    return config;
}

void fake_start(fake *f, uint32_t boot, uint32_t seed) {
    memset(f, 0, sizeof *f);
    memset(f->memory, 0xFF, sizeof f->memory);
    f->now_ms = 5000;
    f->clock_ms = 1795253400000;
    f->seed = seed;
    f->connect_status = SOS_IO_READY;
    f->handles = true;
    const sos_config config = fake_config(f, boot);
    CHECK(sos_unit_init(&f->unit, &config) == SOS_DONE);
}

void fake_reboot(fake *f) {
    const sos_config config = fake_config(f, f->unit.config.boot + 1);
    f->is_open = false;
    f->out_bytes = f->out_taken = 0;
    CHECK(sos_unit_init(&f->unit, &config) == SOS_DONE);
}

void fake_run(fake *f, uint64_t ms) {
    const uint64_t end = f->now_ms + ms;
    uint64_t wait = sos_unit_step(&f->unit);
    while (f->now_ms < end) {
        if (wait == 0) wait = 1;
        if (wait > 500) wait = 500;
        if (wait > end - f->now_ms) wait = end - f->now_ms;
        f->now_ms += wait;
        if (f->clock_ms != 0) f->clock_ms += wait;
        wait = sos_unit_step(&f->unit);
    }
}

void fake_say(fake *f, const sos_message *message) {
    f->in_bytes += sos_encode(message, f->in + f->in_bytes, (uint32_t)sizeof f->in - f->in_bytes);
    sos_unit_step(&f->unit);
}

void fake_say_stage(fake *f, uint64_t alert, uint32_t boot, uint32_t counter, uint8_t stage, uint64_t time_ms) {
    sos_message message = {.type = SOS_STAGE};
    message.as.stage = (sos_stage){alert, boot, counter, time_ms, stage};
    fake_say(f, &message);
}

void fake_say_acknowledgement(fake *f, uint32_t boot, uint32_t counter) {
    sos_message message = {.type = SOS_ACKNOWLEDGEMENT};
    message.as.acknowledgement = (sos_acknowledgement){boot, counter};
    fake_say(f, &message);
}

void fake_say_unable(fake *f, uint16_t code, uint8_t type) {
    sos_message message = {.type = SOS_UNABLE};
    message.as.unable.code = code;
    message.as.unable.type = type;
    fake_say(f, &message);
}

void fake_say_bytes(fake *f, const void *bytes, uint32_t count) {
    memcpy(f->in + f->in_bytes, bytes, count);
    f->in_bytes += count;
    sos_unit_step(&f->unit);
}

void fake_online(fake *f) { fake_online_as(f, ""); }

void fake_online_as(fake *f, const char *token) {
    sos_message welcome = {.type = SOS_WELCOME};
    welcome.as.welcome.heartbeat_s = 30;
    welcome.as.welcome.reporting_s = 90;
    welcome.as.welcome.granted = 0xFFFF;
    welcome.as.welcome.clock_ms = f->clock_ms;
    welcome.as.welcome.resume_token = (sos_text){(const uint8_t *)token, (uint16_t)strlen(token)};
    for (int step = 0; step < 40 && f->unit.state != SOS_GREETING; step += 1) fake_run(f, 1000);
    CHECK(f->unit.state == SOS_GREETING);
    fake_say(f, &welcome);
    CHECK(f->unit.state == SOS_ONLINE);
}

bool fake_next(fake *f, sos_message *message) {
    uint16_t offset = 0;
    const uint32_t rest = f->out_bytes - f->out_taken;
    const uint32_t whole = sos_frame_bytes(f->out + f->out_taken, rest);
    if (whole == 0 || whole > rest) return false;
    CHECK(sos_decode(f->out + f->out_taken, whole, SOS_FROM_UNIT, message, &offset) == SOS_OK);
    f->out_taken += whole;
    return true;
}

bool fake_find(fake *f, uint8_t type, sos_message *message) {
    while (fake_next(f, message)) {
        if (message->type == type) return true;
    }
    return false;
}

uint32_t fake_count(fake *f, uint8_t type) {
    sos_message message;
    uint32_t count = 0;
    while (fake_find(f, type, &message)) count += 1;
    return count;
}
