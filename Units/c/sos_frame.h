/*
 * Frames of the unit protocol 1 (Docs/unit-protocol.md, sections 3 and 7): bytes to values and back.
 * Pure functions over the caller's buffers: no allocation, no state, no clock, nothing but the C library's headers.
 * Field names are the document's; the unit stands at the end of a name.
 */
#ifndef SOS_FRAME_H
#define SOS_FRAME_H

#include <stdbool.h>
#include <stdint.h>

/* Message types (section 3). */
#define SOS_HELLO 0x01U
#define SOS_WELCOME 0x02U
#define SOS_HEARTBEAT 0x03U
#define SOS_POSITION 0x04U
#define SOS_GOODBYE 0x05U
#define SOS_REDIRECT 0x06U
#define SOS_PRESS 0x10U
#define SOS_CANCEL 0x11U
#define SOS_FAULT_BEGIN 0x12U
#define SOS_FAULT_END 0x13U
#define SOS_STAGE 0x14U
#define SOS_STAGE_CONFIRM 0x15U
#define SOS_ACKNOWLEDGEMENT 0x20U
#define SOS_TIME 0x21U
#define SOS_UNABLE 0x22U
#define SOS_OFFER 0x30U
#define SOS_ANSWER 0x31U
#define SOS_CANDIDATE 0x32U
#define SOS_SESSION_END 0x33U
#define SOS_COMMAND 0x40U
#define SOS_COMMAND_RESULT 0x41U
#define SOS_TEXT 0x42U
#define SOS_TEXT_REPLY 0x43U

/* What decoding ends with: 0, 1, or a code of "unable" (section 7). */
#define SOS_OK 0U
#define SOS_SKIPPED 1U /* an unknown type without "must understand" */
#define SOS_CANNOT_PROCESS 100U
#define SOS_PAYLOAD_MISSING 101U
#define SOS_NOT_ENOUGH 102U
#define SOS_CORRUPTED 103U
#define SOS_BAD_VERSION 200U
#define SOS_BAD_IDENTITY 201U
#define SOS_OVERSIZED 202U
#define SOS_UNKNOWN_TYPE 203U
#define SOS_DEADLINE 204U
#define SOS_NOT_SUPPORTED 205U
#define SOS_UNEXPECTED 206U
#define SOS_CANNOT_STORE 207U
#define SOS_REVOKED 208U

/* Sizes in bytes (section 9). */
#define SOS_HEADER_BYTES 4U
#define SOS_BODY_BYTES_MAX 16640U
#define SOS_FRAME_BYTES_MAX 16644U
#define SOS_TOKEN_BYTES_MAX 32U
#define SOS_HOST_BYTES_MAX 253U
#define SOS_UNIT_ID_BYTES_MAX 16U

/* 2200-01-01 in ms since 1970: a later time is taken as this. */
#define SOS_TIME_MAX_MS 7258118400000ULL

#define SOS_MAJOR 1U
#define SOS_FLAG_MUST_UNDERSTAND 0x01U
#define SOS_HELLO_PRESS_PENDING 0x01U
#define SOS_PRESS_HAS_POSITION 0x01U
/* Of a test call: the unit tested itself, and what failed. */
#define SOS_PRESS_HAS_RESULTS 0x02U
#define SOS_PRESS_MICROPHONE_FAILED 0x10U
#define SOS_PRESS_SPEAKER_FAILED 0x20U
#define SOS_PRESS_BATTERY_FAILED 0x40U
#define SOS_PRESS_CAMERA_FAILED 0x80U

/* Categories of a press. */
#define SOS_POLICE 1U
#define SOS_MEDICAL 2U
#define SOS_FIRE 3U
#define SOS_ROAD_ACCIDENT 4U
#define SOS_TEST 8U

/* Stages of an alert. */
#define SOS_STORED 1U
#define SOS_RINGING 2U
#define SOS_ANSWERED 3U
#define SOS_DISPATCHED 4U
#define SOS_ARRIVED 5U
#define SOS_CLOSED 6U

/* The last fault's number; faults are 1 to this. */
#define SOS_FAULT_LAST 18U

/* Bits of hello's capabilities; bits 2 to 12 are those of the commands, kind by kind. */
#define SOS_CAN_AUDIO 0x0001U
#define SOS_CAN_VIDEO 0x0002U
#define SOS_CAN_TEXT_DIALOGUE 0x2000U
#define SOS_CAN_POSITION 0x4000U
#define SOS_CAN_SHOW_STAGES 0x8000U

/* Kinds of command, and the statuses of a commandResult. */
#define SOS_DO_SIREN 1U
#define SOS_DO_BEACON 2U
#define SOS_DO_ANNOUNCE 3U
#define SOS_DO_VOLUME 4U
#define SOS_DO_CAMERA_PRESET 5U
#define SOS_DO_SELF_TEST 6U
#define SOS_DO_SEND_DATA 7U
#define SOS_DO_RESTART 8U
#define SOS_DO_CONFIGURE 9U
#define SOS_DO_MOVE 10U
#define SOS_RESULT_DONE 1U
#define SOS_RESULT_STARTED 2U
#define SOS_RESULT_REFUSED 3U
#define SOS_RESULT_FAILED 4U
#define SOS_RESULT_NOT_SUPPORTED 5U
#define SOS_RESULT_EXPIRED 6U

/* Bytes or UTF-8 without an end mark. Of a decoded message it points into the frame's buffer. */
typedef struct { const uint8_t *bytes; uint16_t length; } sos_text;

/* The messages' fields, named as in section 7. hello.path: 1 to 3, 0 not said. */
typedef struct {
    uint8_t major, minor, flags, path;
    uint32_t boot, firmware, capabilities;
    uint64_t clock_ms;
    sos_text unit_id, resume_token;
} sos_hello;
typedef struct {
    uint8_t minor;
    uint16_t heartbeat_s, reporting_s;
    uint32_t granted;
    uint64_t clock_ms;
    sos_text resume_token;
} sos_welcome;
typedef struct { uint8_t power, battery_percent; int8_t signal_dbm, temperature_c; uint8_t flags; } sos_heartbeat;
typedef struct {
    int32_t latitude_e7, longitude_e7;
    uint32_t accuracy_cm;
    uint16_t speed_cm_s, heading_centidegrees;
    uint64_t time_ms;
    uint8_t satellites;
} sos_position;
typedef struct {
    uint32_t boot, counter;
    uint64_t time_ms;
    uint8_t category, flags;
    uint16_t age_s;
    int32_t latitude_e7, longitude_e7;
    uint32_t accuracy_cm;
} sos_press;
typedef struct { uint32_t boot, counter, press_counter; uint64_t time_ms; } sos_cancel;
/* faultBegin, faultEnd */
typedef struct { uint32_t boot, counter; uint64_t time_ms; int32_t detail; uint8_t fault; } sos_fault;
typedef struct { uint64_t alert; uint32_t boot, counter; uint64_t time_ms; uint8_t stage; } sos_stage;
typedef struct { uint64_t alert; uint8_t stage; } sos_stage_confirm;
typedef struct { uint32_t boot, counter; } sos_acknowledgement;
typedef struct { uint64_t clock_ms; } sos_time;
typedef struct { uint16_t code; uint8_t type; uint16_t offset; sos_text text; } sos_unable;
/* offer, answer */
typedef struct { uint32_t session; uint64_t alert; sos_text sdp; } sos_description;
typedef struct { uint32_t session; uint16_t media_line; sos_text mid, candidate; } sos_candidate;
typedef struct { uint32_t session; uint8_t reason; } sos_session_end;
typedef struct {
    uint64_t id;
    uint16_t valid_s;
    uint8_t kind;
    uint8_t level;  /* volume: percent; cameraPreset: camera */
    uint8_t preset; /* cameraPreset */
    uint16_t value; /* siren, beacon, restart: seconds; announce: recorded message; selfTest, sendData: bits; move: port */
    sos_text name;  /* announce: language; configure: key; move: host */
    sos_text text;  /* announce: text; configure: value */
} sos_command;
typedef struct { uint64_t id; uint32_t value; uint8_t status; sos_text detail; } sos_command_result;
/* text */
typedef struct { uint32_t id; uint64_t alert; uint16_t allowed; sos_text language, text; } sos_question;
typedef struct { uint32_t id; uint8_t reply; sos_text text; } sos_text_reply;
typedef struct { uint8_t reason; } sos_goodbye;
typedef struct { uint16_t port, retry_after_s; sos_text host; } sos_redirect;

/* One message; the member of `as` belongs to `type`. */
typedef struct {
    uint8_t type;
    union {
        sos_hello hello;
        sos_welcome welcome;
        sos_heartbeat heartbeat;
        sos_position position;
        sos_goodbye goodbye;
        sos_redirect redirect;
        sos_press press;
        sos_cancel cancel;
        sos_fault fault;
        sos_stage stage;
        sos_stage_confirm stage_confirm;
        sos_acknowledgement acknowledgement;
        sos_time time;
        sos_unable unable;
        sos_description description;
        sos_candidate candidate;
        sos_session_end session_end;
        sos_command command;
        sos_command_result command_result;
        sos_question question;
        sos_text_reply text_reply;
    } as;
} sos_message;

/* Which end a frame comes from. */
typedef enum { SOS_FROM_UNIT, SOS_FROM_GATEWAY } sos_sender;

/* Bytes of the whole frame that `available` bytes begin with: 0 when more are needed to say so,
   UINT32_MAX when it announces more than any frame may have. */
uint32_t sos_frame_bytes(const uint8_t *bytes, uint32_t available);

/* Reads one frame of `length` bytes. SOS_OK: `message` holds it. Else what is wrong, and in `offset` where, counted
   from the frame's first byte. Texts keep pointing into `frame`. `length` may be less than the whole frame: then
   the fields that are known must stand in it, or it ends with SOS_NOT_ENOUGH. */
uint16_t sos_decode(const uint8_t *frame, uint32_t length, sos_sender sender, sos_message *message, uint16_t *offset);

/* Writes one whole frame; its bytes, or 0 when a value is out of range or `capacity` too small. */
uint32_t sos_encode(const sos_message *message, uint8_t *to, uint32_t capacity);

/* Whether the connection ends with an "unable" of this code. */
bool sos_code_closes(uint16_t code);

#endif
