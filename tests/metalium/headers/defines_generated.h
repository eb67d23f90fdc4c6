// Defines of a kernel's descriptor: ours have none.
#pragma once
