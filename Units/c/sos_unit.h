/*
 * The unit's side of the unit protocol 1: one connection, its life (section 4), the life of presses (section 5) and
 * of the other stored messages (section 6). No allocation, no threads, no global state: the caller gives memory,
 * transport, clocks and storage, and calls sos_unit_step() from one task. Nothing here is called from an interrupt, and
 * of it only sos_unit_press(), sos_unit_cancel(), sos_unit_set_fault() and sos_unit_send() from a callback.
 */
#ifndef SOS_UNIT_H
#define SOS_UNIT_H

#include "sos_frame.h"

/* Bytes of a record in non-volatile memory: a stored message's frame and a CRC-32. */
#define SOS_RECORD_BYTES 40U
/* The least room for what comes in (the longest redirect is 262 bytes) and goes out (the longest hello is 77). */
#define SOS_RECEIVE_BYTES_MIN 272U
#define SOS_SEND_BYTES_MIN 128U
/* Commands whose results are remembered for an hour, so that a repeated one is not done again. */
#define SOS_COMMANDS_KEPT 8U

/* What a call of the transport ends with; reading and writing give a number of bytes when it is above 0. */
#define SOS_IO_AGAIN 0  /* nothing now; ask again when the socket is ready */
#define SOS_IO_READY 1  /* connect: the handshake is done and both certificates are checked */
#define SOS_IO_FAILED (-1)

typedef enum { SOS_WAITING, SOS_CONNECTING, SOS_GREETING, SOS_ONLINE, SOS_STOPPED } sos_state;

typedef enum {
    SOS_DONE,
    SOS_NOT_SAVED, /* taken and sent, but it would not survive a loss of power: the storage failed */
    SOS_FULL,      /* not taken: no slot free, or no room to send now */
    SOS_REFUSED    /* not taken: a value is out of range, or there is no connection for it */
} sos_result;

/* What the caller gives; `context` comes back in each call. All must be there but those marked optional. */
typedef struct {
    void *context;
    /* ms that never go back; they go on while the processor sleeps. */
    uint64_t (*monotonic_ms)(void *context);
    /* ms since 1970; 0 without a clock. */
    uint64_t (*clock_ms)(void *context);
    /* Optional: the gateway's clock, at each welcome and time. NULL where there is a better source (GNSS). */
    void (*set_clock)(void *context, uint64_t clock_ms);
    /* 32 random bits, different on each unit. */
    uint32_t (*random)(void *context);
    /* TCP, TLS 1.3 with ALPN sos-unit/1 and both certificates. Begins on the first call, goes on with each; never
       blocks. host NULL: the unit's own address. */
    int32_t (*connect)(void *context, const char *host, uint16_t port);
    int32_t (*read)(void *context, uint8_t *to, uint32_t capacity);
    int32_t (*write)(void *context, const uint8_t *from, uint32_t count);
    /* Also in the middle of connecting; in_order: with TLS close_notify. */
    void (*close)(void *context, bool in_order);
    /* A slot of SOS_RECORD_BYTES in non-volatile memory; false when it failed. An erased slot may hold anything. */
    bool (*save)(void *context, uint16_t slot, const uint8_t *record);
    bool (*load)(void *context, uint16_t slot, uint8_t *record);
    bool (*erase)(void *context, uint16_t slot);
    /* Optional: power, battery and so on for the next heartbeat; comes filled with "not measured". */
    void (*measure)(void *context, sos_heartbeat *heartbeat);
    /* A stage for the lamps; true once they show it: then it is confirmed. */
    bool (*show_stage)(void *context, const sos_stage *stage);
    /* Optional: a stored message was answered (its type, boot, counter) and is forgotten. */
    void (*answered)(void *context, uint8_t type, uint32_t boot, uint32_t counter);
    /* Optional: welcome, commands, questions, sessions, unable. Commands are answered by sos_unit_send(). False: not
       done by this unit, and the gateway is told so. Texts in it are gone when the call returns. */
    bool (*received)(void *context, const sos_message *message);
    /* Optional: the connection's state changed. */
    void (*state_changed)(void *context, sos_state state);
} sos_platform;

/* A stored message in RAM; slots are the caller's array. */
typedef struct {
    uint8_t record[SOS_RECORD_BYTES];
    uint8_t frame_bytes; /* 0: the slot is free */
    uint8_t sends;       /* on this connection */
    uint64_t due_ms;
} sos_slot;

typedef struct {
    sos_platform platform;
    const char *unit_id; /* 1 to 16 letters, digits, - . _ as in the certificate */
    uint32_t boot;       /* differs from every earlier boot */
    uint32_t firmware;
    uint32_t capabilities;
    uint8_t path; /* 1 to 3, the same after every boot; 0: not said */
    sos_slot *slots;
    uint16_t slot_count;
    uint8_t *receive;
    uint32_t receive_bytes;
    uint8_t *send;
    uint32_t send_bytes;
} sos_config;

/* A position at the moment of a press. */
typedef struct {
    int32_t latitude_e7, longitude_e7;
    uint32_t accuracy_cm;
    uint16_t age_s;
} sos_fix;

/* The unit. Its fields are the library's. */
typedef struct {
    sos_config config;
    sos_state state;
    uint64_t now_ms;         /* of the present call */
    uint64_t until_ms;       /* of waiting, connecting, greeting */
    uint64_t attempt_ms;     /* when the last attempt to connect began */
    uint64_t online_ms;
    uint64_t heartbeat_due_ms;
    uint64_t progress_ms;    /* when bytes last left, or there were none to send */
    uint32_t heartbeat_ms;
    uint32_t reporting_ms;
    uint32_t counter;
    uint32_t granted;
    uint32_t received_bytes; /* in config.receive */
    uint32_t skip_bytes;     /* still to come of a frame longer than config.receive */
    uint32_t unsent_bytes;   /* in config.send */
    uint32_t head_sent;      /* of the first frame in it */
    uint8_t attempts;        /* in the row of waits */
    uint8_t redirects;       /* in a row */
    bool tried;              /* attempt_ms means something */
    bool revoked;            /* the gateway said so on the last connection */
    bool redirected;         /* the next or present connection goes to host:port */
    uint16_t port;
    char host[SOS_HOST_BYTES_MAX + 1U];
    uint8_t token[SOS_TOKEN_BYTES_MAX];
    uint8_t token_bytes;
    uint64_t shown_alert;    /* by the lamps, on this connection */
    uint64_t shown_ms;
    uint32_t faults_wanted;  /* bit n: fault n stands */
    uint32_t faults_told;    /* bit n: its begin is reported */
    uint64_t fault_ms[SOS_FAULT_LAST];
    int32_t fault_detail[SOS_FAULT_LAST];
    uint64_t minute_ms;      /* begin of the minute that fault_count is of */
    uint8_t fault_count;
    sos_command_result done[SOS_COMMANDS_KEPT];
    uint64_t done_ms[SOS_COMMANDS_KEPT];
    uint8_t done_next;
} sos_unit;

/* Takes over the configuration and loads stored messages. SOS_REFUSED: it is not usable, or a stored message has
   this boot, which must have been raised. */
sos_result sos_unit_init(sos_unit *unit, const sos_config *config);

/* Does all that is due and never blocks. Milliseconds until the next call at the latest; call earlier when the
   socket is ready, and directly behind the functions below. */
uint32_t sos_unit_step(sos_unit *unit);

/* Somebody pushed the button: saves the press and sends it until it is stored. flags: 0, or of a test
   call SOS_PRESS_HAS_RESULTS and what failed; a position's bit is set by itself. fix and counter may be NULL. */
sos_result sos_unit_press(sos_unit *unit, uint8_t category, uint8_t flags, const sos_fix *fix, uint32_t *counter);

/* The caller takes a press of this boot back. */
sos_result sos_unit_cancel(sos_unit *unit, uint32_t press_counter, uint32_t *counter);

/* Says whether a fault (1 to 18) stands; call it as often as you like. Reported 10 s after it began or ended. */
sos_result sos_unit_set_fault(sos_unit *unit, uint8_t fault, bool stands, int32_t detail);

/* Begins every fault that stands anew: command sendData, bit 2. */
void sos_unit_report_faults(sos_unit *unit);

/* Sends position, commandResult, textReply, offer, answer, candidate or sessionEnd; only online, not repeated. */
sos_result sos_unit_send(sos_unit *unit, const sos_message *message);

/* Whether a press is not stored yet: commands restart and move wait for it. */
bool sos_unit_press_pending(const sos_unit *unit);

/* Whether bytes wait until the socket takes them. */
bool sos_unit_wants_write(const sos_unit *unit);

/* Says goodbye and closes; presses are kept. */
void sos_unit_stop(sos_unit *unit, uint8_t reason);

/* Connects again after sos_unit_stop(). */
void sos_unit_start(sos_unit *unit);

#endif
