#pragma once
#include "declarations.hpp"
