/*
 * Every message of the unit protocol 1 as a table of its fields in their order, and one walk over such a table that
 * reads or writes, so that what is written is what is read. Every access to the bytes of a frame stands behind has().
 */
#include "sos_frame.h"

#include <stddef.h>
#include <string.h>

/* How a field looks: numbers by their bytes, some with a rule; then texts, in the order of text_rules. */
#define U8 0U
#define U16 1U
#define U32 2U
#define U64 3U
#define ZERO8 4U   /* reserved: written 0, read over */
#define ZERO16 5U
#define TIME 6U    /* ms since 1970, held at SOS_TIME_MAX_MS */
#define LISTED 7U  /* u8 that must be 1 to most */
#define REASON 8U  /* u8; above most it is taken as 0: reasons, path */
#define PERCENT 9U /* u8, 0 to most */
#define PORT 10U   /* u16, not 0 */
#define MAJOR 11U  /* u8, this protocol's */
#define LATITUDE 12U  /* i32, degrees x 10^7, on the Earth */
#define LONGITUDE 13U
#define TEXTS 14U
#define TOKEN 14U
#define UNIT_ID 15U
#define HOST 16U
#define LANGUAGE 17U
#define NOTE 18U
#define SDP 19U
#define MID 20U
#define CANDIDATE 21U
#define DIALOGUE 22U
#define QUESTION 23U
#define KEY 24U
#define SETTING 25U
#define DETAIL 26U

typedef struct { uint8_t kind, place, most; } field;
typedef struct { uint8_t type, senders, count; const field *fields; } layout;
typedef struct { uint16_t least, most; bool is_wide; } text_rule; /* bytes; is_wide: its length takes two */

/* A walk over one frame: reading from `from` when `to` is NULL, else writing. The first error stays. */
typedef struct {
    const uint8_t *from;
    uint8_t *to;
    uint32_t size, at, error_at;
    uint16_t code;
} walk;

static const uint8_t number_bytes[] = {1U, 2U, 4U, 8U, 1U, 2U, 8U, 1U, 1U, 1U, 2U, 1U, 4U, 4U};
static const text_rule text_rules[] = {
    {0U, SOS_TOKEN_BYTES_MAX, false}, {1U, SOS_UNIT_ID_BYTES_MAX, false}, {1U, SOS_HOST_BYTES_MAX, false},
    {1U, 35U, false}, {0U, 200U, false}, {1U, 16384U, true}, {0U, 64U, false}, {0U, 1024U, true},
    {0U, 500U, true}, {1U, 500U, true}, {1U, 64U, false}, {0U, 1024U, true}, {0U, 1000U, true}};

/* Where a field lies behind the beginning of `as`. */
#define AT(member) ((uint8_t)(offsetof(sos_message, as.member) - offsetof(sos_message, as)))
#define NAME(message) {U32, AT(message.boot), 0U}, {U32, AT(message.counter), 0U}

static const field hello[] = {
    {MAJOR, AT(hello.major), 0U}, {U8, AT(hello.minor), 0U}, {U8, AT(hello.flags), 0U}, {REASON, AT(hello.path), 3U},
    {U32, AT(hello.boot), 0U}, {U32, AT(hello.firmware), 0U}, {U32, AT(hello.capabilities), 0U},
    {TIME, AT(hello.clock_ms), 0U}, {UNIT_ID, AT(hello.unit_id), 0U}, {TOKEN, AT(hello.resume_token), 0U}};
static const field welcome[] = {
    {U8, AT(welcome.minor), 0U}, {ZERO8, 0U, 0U}, {U16, AT(welcome.heartbeat_s), 0U},
    {U16, AT(welcome.reporting_s), 0U}, {ZERO16, 0U, 0U}, {U32, AT(welcome.granted), 0U},
    {TIME, AT(welcome.clock_ms), 0U}, {TOKEN, AT(welcome.resume_token), 0U}};
static const field heartbeat[] = {
    {LISTED, AT(heartbeat.power), 3U}, {U8, AT(heartbeat.battery_percent), 0U}, {U8, AT(heartbeat.signal_dbm), 0U},
    {U8, AT(heartbeat.temperature_c), 0U}, {U8, AT(heartbeat.flags), 0U}};
static const field position[] = {
    {LATITUDE, AT(position.latitude_e7), 0U}, {LONGITUDE, AT(position.longitude_e7), 0U},
    {U32, AT(position.accuracy_cm), 0U},
    {U16, AT(position.speed_cm_s), 0U}, {U16, AT(position.heading_centidegrees), 0U},
    {TIME, AT(position.time_ms), 0U}, {U8, AT(position.satellites), 0U}};
static const field goodbye[] = {{REASON, AT(goodbye.reason), 7U}};
static const field redirect[] = {
    {PORT, AT(redirect.port), 0U}, {U16, AT(redirect.retry_after_s), 0U}, {HOST, AT(redirect.host), 0U}};
static const field press[] = {
    NAME(press), {TIME, AT(press.time_ms), 0U}, {U8, AT(press.category), 0U}, {U8, AT(press.flags), 0U},
    {U16, AT(press.age_s), 0U}, {U32, AT(press.latitude_e7), 0U}, {U32, AT(press.longitude_e7), 0U},
    {U32, AT(press.accuracy_cm), 0U}};
static const field cancel[] = {NAME(cancel), {U32, AT(cancel.press_counter), 0U}, {TIME, AT(cancel.time_ms), 0U}};
static const field fault[] = {
    NAME(fault), {TIME, AT(fault.time_ms), 0U}, {U32, AT(fault.detail), 0U}, {LISTED, AT(fault.fault), SOS_FAULT_LAST}};
static const field stage[] = {
    {U64, AT(stage.alert), 0U}, NAME(stage), {TIME, AT(stage.time_ms), 0U}, {LISTED, AT(stage.stage), SOS_CLOSED}};
static const field confirm[] = {{U64, AT(stage_confirm.alert), 0U}, {LISTED, AT(stage_confirm.stage), SOS_CLOSED}};
static const field acknowledgement[] = {NAME(acknowledgement)};
static const field clock_notice[] = {{TIME, AT(time.clock_ms), 0U}};
static const field unable[] = {
    {U16, AT(unable.code), 0U}, {U8, AT(unable.type), 0U}, {U16, AT(unable.offset), 0U}, {NOTE, AT(unable.text), 0U}};
static const field description[] = {
    {U32, AT(description.session), 0U}, {U64, AT(description.alert), 0U}, {SDP, AT(description.sdp), 0U}};
static const field candidate[] = {
    {U32, AT(candidate.session), 0U}, {U16, AT(candidate.media_line), 0U}, {MID, AT(candidate.mid), 0U},
    {CANDIDATE, AT(candidate.candidate), 0U}};
static const field session_end[] = {{U32, AT(session_end.session), 0U}, {REASON, AT(session_end.reason), 6U}};
static const field command[] = {
    {U64, AT(command.id), 0U}, {U16, AT(command.valid_s), 0U}, {U8, AT(command.kind), 0U}, {ZERO8, 0U, 0U}};
static const field result[] = {
    {U64, AT(command_result.id), 0U}, {U32, AT(command_result.value), 0U},
    {LISTED, AT(command_result.status), SOS_RESULT_EXPIRED}, {DETAIL, AT(command_result.detail), 0U}};
static const field question[] = {
    {U32, AT(question.id), 0U}, {U64, AT(question.alert), 0U}, {U16, AT(question.allowed), 0U},
    {LANGUAGE, AT(question.language), 0U}, {QUESTION, AT(question.text), 0U}};
static const field reply[] = {
    {U32, AT(text_reply.id), 0U}, {LISTED, AT(text_reply.reply), 6U}, {DIALOGUE, AT(text_reply.text), 0U}};

/* A command's arguments by its kind; a kind that is not here has none that are known. */
static const field one_u16[] = {{U16, AT(command.value), 0U}};
static const field announce[] = {
    {U16, AT(command.value), 0U}, {LANGUAGE, AT(command.name), 0U}, {DIALOGUE, AT(command.text), 0U}};
static const field volume[] = {{PERCENT, AT(command.level), 100U}};
static const field preset[] = {{U8, AT(command.level), 0U}, {U8, AT(command.preset), 0U}};
static const field configure[] = {{KEY, AT(command.name), 0U}, {SETTING, AT(command.text), 0U}};
static const field move[] = {{PORT, AT(command.value), 0U}, {HOST, AT(command.name), 0U}};

#define UNITS 1U
#define GATEWAYS 2U
#define BOTH 3U
#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define FIELDS(fields) ((uint8_t)COUNT(fields)), (fields)

static const layout messages[] = {
    {SOS_HELLO, UNITS, FIELDS(hello)}, {SOS_WELCOME, GATEWAYS, FIELDS(welcome)},
    {SOS_HEARTBEAT, UNITS, FIELDS(heartbeat)}, {SOS_POSITION, UNITS, FIELDS(position)},
    {SOS_GOODBYE, BOTH, FIELDS(goodbye)}, {SOS_REDIRECT, GATEWAYS, FIELDS(redirect)},
    {SOS_PRESS, UNITS, FIELDS(press)}, {SOS_CANCEL, UNITS, FIELDS(cancel)}, {SOS_FAULT_BEGIN, UNITS, FIELDS(fault)},
    {SOS_FAULT_END, UNITS, FIELDS(fault)}, {SOS_STAGE, GATEWAYS, FIELDS(stage)},
    {SOS_STAGE_CONFIRM, UNITS, FIELDS(confirm)}, {SOS_ACKNOWLEDGEMENT, GATEWAYS, FIELDS(acknowledgement)},
    {SOS_TIME, GATEWAYS, FIELDS(clock_notice)}, {SOS_UNABLE, BOTH, FIELDS(unable)},
    {SOS_OFFER, BOTH, FIELDS(description)}, {SOS_ANSWER, BOTH, FIELDS(description)},
    {SOS_CANDIDATE, BOTH, FIELDS(candidate)}, {SOS_SESSION_END, BOTH, FIELDS(session_end)},
    {SOS_COMMAND, GATEWAYS, FIELDS(command)}, {SOS_COMMAND_RESULT, UNITS, FIELDS(result)},
    {SOS_TEXT, GATEWAYS, FIELDS(question)}, {SOS_TEXT_REPLY, UNITS, FIELDS(reply)}};
static const layout commands[] = {
    {SOS_DO_SIREN, 0U, FIELDS(one_u16)}, {SOS_DO_BEACON, 0U, FIELDS(one_u16)}, {SOS_DO_ANNOUNCE, 0U, FIELDS(announce)},
    {SOS_DO_VOLUME, 0U, FIELDS(volume)}, {SOS_DO_CAMERA_PRESET, 0U, FIELDS(preset)},
    {SOS_DO_SELF_TEST, 0U, FIELDS(one_u16)}, {SOS_DO_SEND_DATA, 0U, FIELDS(one_u16)},
    {SOS_DO_RESTART, 0U, FIELDS(one_u16)}, {SOS_DO_CONFIGURE, 0U, FIELDS(configure)}, {SOS_DO_MOVE, 0U, FIELDS(move)}};

static void refuse(walk *w, uint16_t code, uint32_t at) {
    if (w->code == SOS_OK) {
        w->code = code;
        w->error_at = at;
    }
}

/* Whether so many bytes more are in the frame, and nothing was wrong so far. */
static bool has(walk *w, uint32_t bytes) {
    if (bytes > (w->size - w->at)) {
        refuse(w, SOS_NOT_ENOUGH, w->at);
    }
    return w->code == SOS_OK;
}

/* A big-endian number of 1 to 8 bytes: the one read, or `value` after writing it. */
static uint64_t number(walk *w, uint64_t value, uint32_t bytes) {
    uint64_t found = value;
    if (has(w, bytes)) {
        found = (w->to == NULL) ? 0U : value;
        for (uint32_t place = 0U; place < bytes; place += 1U) {
            if (w->to == NULL) {
                found = (found << 8U) | w->from[w->at + place];
            } else {
                const uint32_t shift = 8U * (bytes - 1U - place);
                w->to[w->at + place] = (uint8_t)((value >> shift) & 0xFFU);
            }
        }
        w->at += bytes;
    }
    return found;
}

/* Whether the 32 bits of a signed number are from -most to most. */
static bool is_within(uint64_t value, uint64_t most) {
    return (value <= most) || (value >= ((1ULL << 32U) - most));
}

/* The value under the field's rule; outside a list or range it is refused. */
static uint64_t ruled(walk *w, const field *f, uint64_t value, uint32_t start) {
    uint64_t kept = value;
    bool good = true;
    switch (f->kind) {
    case TIME: kept = (value > SOS_TIME_MAX_MS) ? SOS_TIME_MAX_MS : value; break;
    case LISTED: good = (value != 0U) && (value <= f->most); break;
    case REASON: kept = (value <= f->most) ? value : 0U; break;
    case PERCENT: good = value <= f->most; break;
    case PORT: good = value != 0U; break;
    case LATITUDE: good = is_within(value, 900000000U); break;
    case LONGITUDE: good = is_within(value, 1800000000U); break;
    default: good = true; break;
    }
    if (!good) {
        refuse(w, SOS_CANNOT_PROCESS, start);
    }
    if ((f->kind == MAJOR) && (value != SOS_MAJOR)) {
        refuse(w, SOS_BAD_VERSION, start);
    }
    return kept;
}

/* A number of the message's memory, and back; widths are those on the wire. */
static uint64_t load(const uint8_t *memory, uint32_t bytes) {
    uint16_t value16 = 0U;
    uint32_t value32 = 0U;
    uint64_t value = memory[0];
    switch (bytes) {
    case 2U: (void)memcpy(&value16, memory, sizeof value16); value = value16; break;
    case 4U: (void)memcpy(&value32, memory, sizeof value32); value = value32; break;
    case 8U: (void)memcpy(&value, memory, sizeof value); break;
    default: break; /* one byte */
    }
    return value;
}

static void save(uint8_t *memory, uint64_t value, uint32_t bytes) {
    const uint16_t value16 = (uint16_t)(value & UINT16_MAX);
    const uint32_t value32 = (uint32_t)(value & UINT32_MAX);
    switch (bytes) {
    case 1U: memory[0] = (uint8_t)(value & 0xFFU); break;
    case 2U: (void)memcpy(memory, &value16, sizeof value16); break;
    case 4U: (void)memcpy(memory, &value32, sizeof value32); break;
    default: (void)memcpy(memory, &value, sizeof value); break;
    }
}

static void walk_number(walk *w, const field *f, uint8_t *memory) {
    const uint32_t bytes = number_bytes[f->kind];
    const uint32_t start = w->at;
    if ((f->kind == ZERO8) || (f->kind == ZERO16)) {
        (void)number(w, 0U, bytes);
    } else if (w->to == NULL) {
        const uint64_t value = number(w, 0U, bytes);
        if (w->code == SOS_OK) {
            save(memory, ruled(w, f, value, start), bytes);
        }
    } else {
        (void)number(w, ruled(w, f, load(memory, bytes), start), bytes);
    }
}

/* Bytes of the UTF-8 character that starts at `at`; 0 when it is none (overlong, surrogate, past U+10FFFF, cut). */
static uint32_t utf8_bytes(const uint8_t *bytes, uint32_t length, uint32_t at) {
    const uint8_t first = bytes[at];
    const uint8_t second = ((at + 1U) < length) ? bytes[at + 1U] : 0U;
    uint32_t count = 0U;
    bool bad = false;
    if (first < 0x80U) {
        count = 1U;
    } else if ((first >= 0xC2U) && (first <= 0xDFU)) {
        count = 2U;
    } else if ((first >= 0xE0U) && (first <= 0xEFU)) {
        count = 3U;
        bad = ((first == 0xE0U) && (second < 0xA0U)) || ((first == 0xEDU) && (second > 0x9FU));
    } else if ((first >= 0xF0U) && (first <= 0xF4U)) {
        count = 4U;
        bad = ((first == 0xF0U) && (second < 0x90U)) || ((first == 0xF4U) && (second > 0x8FU));
    } else {
        bad = true;
    }
    for (uint32_t place = 1U; place < count; place += 1U) {
        bad = bad || ((at + place) >= length) || ((bytes[at + place] & 0xC0U) != 0x80U);
    }
    return bad ? 0U : count;
}

static bool allows(uint8_t kind, uint8_t byte) {
    const bool letter = ((byte >= 0x41U) && (byte <= 0x5AU)) || ((byte >= 0x61U) && (byte <= 0x7AU));
    const bool plain = letter || ((byte >= 0x30U) && (byte <= 0x39U)) || (byte == 0x2DU);
    bool good = true;
    switch (kind) {
    case HOST: good = plain || (byte == 0x2EU) || (byte == 0x3AU); break;
    case LANGUAGE: good = plain; break;
    case UNIT_ID: good = plain || (byte == 0x2EU) || (byte == 0x5FU); break;
    default: good = true; break;
    }
    return good;
}

static bool is_text(uint8_t kind, const uint8_t *bytes, uint32_t length) {
    bool good = true;
    uint32_t at = 0U;
    while (good && (at < length) && (kind != TOKEN)) {
        const uint32_t step = utf8_bytes(bytes, length, at);
        good = (step > 0U) && allows(kind, bytes[at]);
        at += step;
    }
    return good;
}

static void walk_text(walk *w, const field *f, uint8_t *memory) {
    const text_rule *rule = &text_rules[f->kind - TEXTS];
    const bool is_id = f->kind == UNIT_ID;
    const uint32_t start = w->at;
    sos_text text;
    (void)memcpy(&text, memory, sizeof text);
    const uint16_t length = (uint16_t)number(w, text.length, rule->is_wide ? 2U : 1U);
    if ((length < rule->least) || (length > rule->most)) {
        refuse(w, is_id ? SOS_BAD_IDENTITY : SOS_CORRUPTED, start);
    }
    if (has(w, length)) {
        if (w->to == NULL) {
            text.bytes = &w->from[w->at];
            text.length = length;
            (void)memcpy(memory, &text, sizeof text);
        } else if ((length != 0U) && (text.bytes != NULL)) {
            (void)memcpy(&w->to[w->at], text.bytes, length);
        } else {
            /* nothing to write */
        }
        if ((length != 0U) && ((text.bytes == NULL) || !is_text(f->kind, text.bytes, length))) {
            refuse(w, is_id ? SOS_BAD_IDENTITY : SOS_CORRUPTED, is_id ? start : w->at);
        }
        w->at += length;
    }
}

static const layout *find(const layout *layouts, size_t count, uint8_t type) {
    const layout *found = NULL;
    for (size_t at = 0U; at < count; at += 1U) {
        found = (layouts[at].type == type) ? &layouts[at] : found;
    }
    return found;
}

/* Stops at the first error, so that nothing behind it is believed. */
static void walk_fields(walk *w, const layout *what, sos_message *message) {
    uint8_t *memory = (uint8_t *)&message->as;
    for (uint32_t at = 0U; (what != NULL) && (at < what->count) && (w->code == SOS_OK); at += 1U) {
        const field *f = &what->fields[at];
        if (f->kind < TEXTS) {
            walk_number(w, f, &memory[f->place]);
        } else {
            walk_text(w, f, &memory[f->place]);
        }
    }
}

/* The body, and behind a command's fields its arguments. */
static void walk_message(walk *w, const layout *what, sos_message *message) {
    walk_fields(w, what, message);
    if ((what->type == SOS_COMMAND) && (w->code == SOS_OK)) {
        walk_fields(w, find(commands, COUNT(commands), message->as.command.kind), message);
    }
}

uint32_t sos_frame_bytes(const uint8_t *bytes, uint32_t available) {
    uint32_t whole = 0U;
    if (available >= 2U) {
        const uint32_t body = ((uint32_t)bytes[0] << 8U) | (uint32_t)bytes[1];
        whole = (available >= SOS_HEADER_BYTES) ? (SOS_HEADER_BYTES + body) : 0U;
        whole = (body > SOS_BODY_BYTES_MAX) ? UINT32_MAX : whole;
    }
    return whole;
}

uint16_t sos_decode(const uint8_t *frame, uint32_t length, sos_sender sender, sos_message *message, uint16_t *offset) {
    const uint32_t whole = sos_frame_bytes(frame, length);
    walk w = {frame, NULL, length, SOS_HEADER_BYTES, 0U, SOS_OK};
    (void)memset(message, 0, sizeof *message);
    if (whole == UINT32_MAX) {
        refuse(&w, SOS_OVERSIZED, 0U);
    } else if (whole == 0U) {
        refuse(&w, SOS_NOT_ENOUGH, length);
    } else {
        const layout *what = find(messages, COUNT(messages), frame[2]);
        const uint8_t side = (sender == SOS_FROM_UNIT) ? UNITS : GATEWAYS;
        message->type = frame[2];
        w.size = (whole < length) ? whole : length;
        if (what == NULL) {
            refuse(&w, ((frame[3] & SOS_FLAG_MUST_UNDERSTAND) != 0U) ? SOS_UNKNOWN_TYPE : SOS_SKIPPED, 2U);
        } else if ((what->senders & side) == 0U) {
            refuse(&w, SOS_UNEXPECTED, 2U);
        } else {
            walk_message(&w, what, message);
        }
    }
    *offset = (uint16_t)w.error_at;
    return w.code;
}

uint32_t sos_encode(const sos_message *message, uint8_t *to, uint32_t capacity) {
    const layout *what = find(messages, COUNT(messages), message->type);
    uint32_t bytes = 0U;
    if ((what != NULL) && (capacity >= SOS_HEADER_BYTES)) {
        const uint32_t most = (capacity > SOS_FRAME_BYTES_MAX) ? SOS_FRAME_BYTES_MAX : capacity;
        walk w = {NULL, to, most, SOS_HEADER_BYTES, 0U, SOS_OK};
        sos_message copy = *message; /* a walk has one kind of memory, in both directions */
        walk_message(&w, what, &copy);
        if (w.code == SOS_OK) {
            const uint32_t body = w.at - SOS_HEADER_BYTES;
            to[0] = (uint8_t)(body >> 8U);
            to[1] = (uint8_t)(body & 0xFFU);
            to[2] = message->type;
            to[3] = 0U;
            bytes = w.at;
        }
    }
    return bytes;
}

bool sos_code_closes(uint16_t code) {
    return (code == SOS_NOT_ENOUGH) || (code == SOS_DEADLINE) || (code == SOS_UNEXPECTED) ||
           (code == SOS_REVOKED) || ((code >= SOS_BAD_VERSION) && (code <= SOS_UNKNOWN_TYPE));
}
