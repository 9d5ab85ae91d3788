/* Frames against the document: every worked example, their fields, truncation at every byte, random bytes. */
#include "fake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "examples.h"

#define EXAMPLES (sizeof examples / sizeof examples[0])

static const struct { const char *name; uint16_t code, offset; } verdicts[] = {
    {"skipped, unknown type", SOS_SKIPPED, 2},      {"refused, unknown type", SOS_UNKNOWN_TYPE, 2},
    {"refused, oversized", SOS_OVERSIZED, 0},       {"refused, truncated", SOS_NOT_ENOUGH, 6},
    {"refused, version", SOS_BAD_VERSION, 4},       {"refused, unit id", SOS_BAD_IDENTITY, 28},
    {"refused, value", SOS_CANNOT_PROCESS, 12},     {"refused, text", SOS_CORRUPTED, 10},
    {"refused, wrong direction", SOS_UNEXPECTED, 2}};

static sos_message decoded(const char *name) {
    sos_message message = {0};
    uint16_t offset = 0;
    bool found = false;
    for (size_t at = 0; at < EXAMPLES; at += 1) {
        if (strcmp(examples[at].name, name) == 0) {
            const sos_sender sender = examples[at].from_unit ? SOS_FROM_UNIT : SOS_FROM_GATEWAY;
            found = sos_decode(examples[at].frame, examples[at].bytes, sender, &message, &offset) == SOS_OK;
        }
    }
    check(found, name, __FILE__, __LINE__);
    return message;
}

static bool is(sos_text text, const char *expected) {
    return text.length == strlen(expected) && memcmp(text.bytes, expected, text.length) == 0;
}

static void every_example(void) {
    size_t refused = 0;
    for (size_t at = 0; at < EXAMPLES; at += 1) {
        uint16_t expected = SOS_OK, place = 0, offset = 0;
        for (size_t row = 0; row < sizeof verdicts / sizeof verdicts[0]; row += 1) {
            if (strcmp(verdicts[row].name, examples[at].name) == 0) {
                expected = verdicts[row].code;
                place = verdicts[row].offset;
                refused += 1;
            }
        }
        const sos_sender sender = examples[at].from_unit ? SOS_FROM_UNIT : SOS_FROM_GATEWAY;
        /* On the heap and exact, so that AddressSanitizer sees one byte too many. */
        uint8_t *frame = malloc(examples[at].bytes);
        memcpy(frame, examples[at].frame, examples[at].bytes);
        sos_message message;
        const uint16_t code = sos_decode(frame, examples[at].bytes, sender, &message, &offset);
        check(code == expected && offset == place, examples[at].name, __FILE__, __LINE__);
        if (code == SOS_OK) {
            uint8_t again[256];
            check(sos_encode(&message, again, sizeof again) == examples[at].bytes, examples[at].name, __FILE__, __LINE__);
            check(memcmp(again, frame, examples[at].bytes) == 0, examples[at].name, __FILE__, __LINE__);
            for (uint32_t room = 0; room < examples[at].bytes; room += 1) {
                CHECK(sos_encode(&message, again, room) == 0);
            }
        }
        free(frame);
    }
    CHECK(refused == sizeof verdicts / sizeof verdicts[0]);
    CHECK(EXAMPLES >= 45);
}

static void cut_at_every_byte(void) {
    for (size_t at = 0; at < EXAMPLES; at += 1) {
        const sos_sender sender = examples[at].from_unit ? SOS_FROM_UNIT : SOS_FROM_GATEWAY;
        uint16_t offset = 0;
        sos_message message;
        if (sos_decode(examples[at].frame, examples[at].bytes, sender, &message, &offset) != SOS_OK) continue;
        for (uint32_t length = 0; length < examples[at].bytes; length += 1) {
            uint8_t *frame = malloc(length + 1);
            memcpy(frame, examples[at].frame, length);
            CHECK(sos_decode(frame, length, sender, &message, &offset) == SOS_NOT_ENOUGH);
            CHECK(offset <= length);
            /* And as a frame that says so itself. */
            if (length >= 4) {
                frame[0] = 0;
                frame[1] = (uint8_t)(length - 4);
                CHECK(sos_decode(frame, length, sender, &message, &offset) == SOS_NOT_ENOUGH);
            }
            free(frame);
        }
    }
}

static void fields_mean_what_the_document_says(void) {
    const sos_hello hello = decoded("hello").as.hello;
    CHECK(hello.major == 1 && hello.minor == 0 && hello.flags == SOS_HELLO_PRESS_PENDING && hello.boot == 7);
    CHECK(hello.path == 1 && decoded("hello, first of its life").as.hello.path == 0);
    CHECK(hello.firmware == 0x20301 && hello.capabilities == 0xC003 && hello.clock_ms == 1795253401250);
    CHECK(is(hello.unit_id, "KZ-AST-0017") && is(hello.resume_token, "\xa1\xb2\xc3\xd4\xe5\xf6\x07\x18"));
    const sos_welcome welcome = decoded("welcome").as.welcome;
    CHECK(welcome.heartbeat_s == 30 && welcome.reporting_s == 90 && welcome.granted == 0xC000);
    CHECK(welcome.clock_ms == 1795253401300 && welcome.resume_token.length == 8);
    const sos_heartbeat heartbeat = decoded("heartbeat").as.heartbeat;
    CHECK(heartbeat.power == 1 && heartbeat.battery_percent == 98 && heartbeat.signal_dbm == -71);
    CHECK(heartbeat.temperature_c == -12 && heartbeat.flags == 1);
    const sos_position position = decoded("position").as.position;
    CHECK(position.latitude_e7 == 511282580 && position.longitude_e7 == 714305640 && position.accuracy_cm == 350);
    CHECK(position.speed_cm_s == 1389 && position.heading_centidegrees == 27000 && position.satellites == 9);
    const sos_press press = decoded("press").as.press;
    CHECK(press.boot == 7 && press.counter == 1 && press.time_ms == 1795253400000 && press.category == SOS_POLICE);
    CHECK(press.flags == 1 && press.age_s == 4 && press.latitude_e7 == 511282580 && press.accuracy_cm == 350);
    CHECK(decoded("press, a test call with results").as.press.flags ==
          (SOS_PRESS_HAS_RESULTS | SOS_PRESS_SPEAKER_FAILED | SOS_PRESS_BATTERY_FAILED));
    const sos_fault fault = decoded("faultEnd").as.fault;
    CHECK(fault.counter == 5 && fault.detail == -5 && fault.fault == 14);
    CHECK(decoded("cancel").as.cancel.press_counter == 1);
    const sos_stage stage = decoded("stage").as.stage;
    CHECK(stage.alert == 4711 && stage.boot == 7 && stage.counter == 1 && stage.stage == SOS_STORED);
    CHECK(decoded("acknowledgement").as.acknowledgement.counter == 3);
    CHECK(decoded("time").as.time.clock_ms == 1795253401300);
    const sos_unable unable = decoded("unable").as.unable;
    CHECK(unable.code == SOS_BAD_IDENTITY && unable.type == SOS_HELLO && unable.offset == 28);
    CHECK(decoded("answer").as.description.session == 0x80000001U && decoded("offer").as.description.alert == 4711);
    CHECK(decoded("candidate").as.candidate.candidate.length == 53);
    CHECK(decoded("sessionEnd").as.session_end.reason == 1);
    CHECK(decoded("command, siren").as.command.value == 30 && decoded("command, siren").as.command.id == 901);
    CHECK(is(decoded("command, announce").as.command.name, "kk"));
    CHECK(is(decoded("command, announce").as.command.text, "Көмек келе жатыр"));
    CHECK(decoded("command, volume").as.command.level == 80);
    CHECK(decoded("command, camera preset").as.command.preset == 3);
    CHECK(is(decoded("command, configure").as.command.text, "40"));
    CHECK(is(decoded("command, move").as.command.name, "gw2.example.org"));
    CHECK(is(decoded("commandResult").as.command_result.detail, "no echo"));
    CHECK(is(decoded("text").as.question.text, "Вы ранены?") && decoded("text").as.question.allowed == 7);
    CHECK(decoded("textReply").as.text_reply.reply == 2);
    CHECK(decoded("redirect").as.redirect.port == 7443 && is(decoded("redirect").as.redirect.host, "gw2.example.org"));
}

static void random_bytes(void) {
    uint32_t seed = 20261121;
    printf("random bytes, seed %u\n", (unsigned)seed);
    for (uint32_t round = 0; round < 200000; round += 1) {
        uint8_t frame[80], first[400], second[400];
        uint16_t offset = 0;
        sos_message message, again;
        for (uint32_t at = 0; at < sizeof frame; at += 1) {
            seed = seed * 1664525U + 1013904223U;
            frame[at] = (uint8_t)(seed >> 24);
        }
        const uint32_t body = seed % (sizeof frame - 3U);
        frame[0] = 0;
        frame[1] = (uint8_t)body;
        frame[2] = examples[round % EXAMPLES].frame[2];
        if (round % 3U == 0) memcpy(frame, examples[round % EXAMPLES].frame, examples[round % EXAMPLES].bytes % 30U);
        const sos_sender sender = round % 2U == 0 ? SOS_FROM_UNIT : SOS_FROM_GATEWAY;
        if (sos_decode(frame, sizeof frame, sender, &message, &offset) != SOS_OK) {
            CHECK(offset <= sizeof frame);
            continue;
        }
        /* What was read is written, read again, and written the same. */
        const uint32_t bytes = sos_encode(&message, first, sizeof first);
        CHECK(bytes >= 4 && sos_decode(first, bytes, sender, &again, &offset) == SOS_OK);
        CHECK(sos_encode(&again, second, sizeof second) == bytes && memcmp(first, second, bytes) == 0);
    }
}

static void texts_and_values(void) {
    sos_message message = {.type = SOS_UNABLE};
    uint8_t frame[400];
    uint16_t offset = 0;
    static const struct { const char *bytes; bool good; } texts[] = {
        {"ascii", true}, {"\xd0\x92", true}, {"\xf0\x9f\x86\x98", true}, {"\xc0\x80", false}, {"\xe0\x80\x80", false},
        {"\xed\xa0\x80", false}, {"\xf4\x90\x80\x80", false}, {"\xd0", false}, {"\x80", false}, {"\xff", false}};
    for (size_t at = 0; at < sizeof texts / sizeof texts[0]; at += 1) {
        message.as.unable.text = (sos_text){(const uint8_t *)texts[at].bytes, (uint16_t)strlen(texts[at].bytes)};
        CHECK((sos_encode(&message, frame, sizeof frame) != 0) == texts[at].good);
    }
    message = (sos_message){.type = SOS_REDIRECT};
    message.as.redirect.host = (sos_text){(const uint8_t *)"a b", 3};
    message.as.redirect.port = 1;
    CHECK(sos_encode(&message, frame, sizeof frame) == 0);
    message.as.redirect.host.length = 1;
    CHECK(sos_encode(&message, frame, sizeof frame) == 10);
    message.as.redirect.port = 0;
    CHECK(sos_encode(&message, frame, sizeof frame) == 0);
    /* A position outside the Earth is refused by its place, and never sent. */
    message = (sos_message){.type = SOS_POSITION};
    message.as.position.latitude_e7 = -900000000;
    message.as.position.longitude_e7 = 1800000000;
    CHECK(sos_encode(&message, frame, sizeof frame) == 29);
    frame[11] += 1;
    CHECK(sos_decode(frame, 29, SOS_FROM_UNIT, &message, &offset) == SOS_CANNOT_PROCESS && offset == 8);
    message = (sos_message){.type = SOS_POSITION};
    message.as.position.latitude_e7 = -900000001;
    CHECK(sos_encode(&message, frame, sizeof frame) == 0);
    /* A time past 2200 is held there; reserved bytes and bytes behind the known fields mean nothing. */
    const uint8_t late[] = {0, 9, SOS_TIME, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x55};
    CHECK(sos_decode(late, sizeof late, SOS_FROM_GATEWAY, &message, &offset) == SOS_OK);
    CHECK(message.as.time.clock_ms == SOS_TIME_MAX_MS);
    const uint8_t odd[] = {0, 1, SOS_GOODBYE, 0, 99};
    CHECK(sos_decode(odd, sizeof odd, SOS_FROM_GATEWAY, &message, &offset) == SOS_OK && message.as.goodbye.reason == 0);
}

int main(void) {
    every_example();
    fields_mean_what_the_document_says();
    cut_at_every_byte();
    texts_and_values();
    random_bytes();
    printf("frames: %u examples, %u checks, %u failures\n", (unsigned)EXAMPLES, checks, failures);
    return failures == 0 ? 0 : 1;
}
