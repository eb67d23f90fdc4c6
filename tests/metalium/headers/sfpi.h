// The vector unit's types come with the vendor's compiler; nothing that is checked here names them.
#pragma once
