// libsystemd's notification and journal interfaces; nothing else.
#pragma once
#include <systemd/sd-daemon.h>
