// Linux interfaces that Swift's Glibc module leaves out or offers only as macros; nothing else.
#pragma once
