/* A platform without a world: scripted transport, clock, random numbers and storage, in one struct a test reads. */
#ifndef FAKE_H
#define FAKE_H

#include "../sos_unit.h"

#define FAKE_SLOTS 8U

typedef struct {
    uint64_t now_ms, clock_ms;
    uint32_t seed;
    int32_t connect_status;   /* of the next calls */
    char host[256];           /* of the last call; "" for its own */
    uint16_t port;
    uint32_t connects, closes, goodbyes;
    bool is_open, is_blocked; /* blocked: takes no byte */
    uint32_t write_most;      /* bytes a call takes; 0 no limit */
    uint8_t out[65536];       /* what the unit wrote since the last take */
    uint32_t out_bytes, out_taken;
    uint8_t in[65536];
    uint32_t in_bytes, in_taken, read_most;
    bool has_ended;           /* the next read fails once `in` is empty */
    uint8_t memory[FAKE_SLOTS][SOS_RECORD_BYTES];
    bool save_fails;
    sos_stage shown;
    uint32_t stages, answers, told;
    bool handles;             /* what received() gives */
    sos_slot slots[FAKE_SLOTS];
    uint8_t receive[1200], send[256];
    sos_unit unit;
} fake;

/* A new world; `boot` 0 keeps the memory and raises the boot of the last one. */
void fake_start(fake *f, uint32_t boot, uint32_t seed);
/* The unit loses power and starts again with the next boot; connection and RAM are gone, the memory is not. */
void fake_reboot(fake *f);
sos_config fake_config(fake *f, uint32_t boot);
/* Lets so much time pass, stepping when the unit asked to be called, and never more than 500 ms apart. */
void fake_run(fake *f, uint64_t ms);
/* Steps until the unit said hello (a second at most), and welcomes it: heartbeat 30 s, reporting 90 s. */
void fake_online(fake *f);
/* The same with this resume token. */
void fake_online_as(fake *f, const char *token);
/* The gateway says something. */
void fake_say(fake *f, const sos_message *message);
void fake_say_stage(fake *f, uint64_t alert, uint32_t boot, uint32_t counter, uint8_t stage, uint64_t time_ms);
void fake_say_acknowledgement(fake *f, uint32_t boot, uint32_t counter);
void fake_say_unable(fake *f, uint16_t code, uint8_t type);
void fake_say_bytes(fake *f, const void *bytes, uint32_t count);
/* The next frame that the unit wrote; false when there is none. It stays valid until 64 KiB were written. */
bool fake_next(fake *f, sos_message *message);
/* Passes over frames of other types. */
bool fake_find(fake *f, uint8_t type, sos_message *message);
uint32_t fake_count(fake *f, uint8_t type);

void check(bool good, const char *what, const char *file, int line);
#define CHECK(what) check((what), #what, __FILE__, __LINE__)
extern unsigned checks, failures;

#endif
