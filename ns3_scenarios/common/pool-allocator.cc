// SPDX-License-Identifier: GPL-2.0-only
// operator new and delete of a scenario program, and so of the ns-3 libraries that it loads.
//
// ns-3 allocates some dozen small objects per event and frees them soon after; with malloc that is
// a fifth of a simulation's time. Here a small block comes from a free list of its size class and
// goes back there: no header, no lock, no merging. Each size class takes its memory in spans from
// one reserved range of addresses, so that an address tells the class of its block. Spans are never
// given back: what a simulation needed once it will need again.
//
// Free lists belong to threads; a block freed by another thread joins that thread's list. fork()
// copies all of it as it copies any memory. NS3_TWIN_ALLOCATOR=system in the environment chooses
// malloc, for tools such as valgrind. A build with AddressSanitizer keeps that tool's operators.
#ifndef __SANITIZE_ADDRESS__

#include <sys/mman.h>
#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>

namespace {

constexpr std::size_t GRANULE_BYTES = 16;  // block sizes, and so their alignment, are multiples
constexpr std::size_t LARGEST_BYTES = 1024;
constexpr std::size_t N_CLASSES = LARGEST_BYTES / GRANULE_BYTES;
constexpr std::size_t SPAN_BYTES = std::size_t{64} << 10;
constexpr std::size_t PAGE_BYTES = std::size_t{4} << 10;
constexpr std::size_t RANGE_BYTES = std::size_t{16} << 30;  // of addresses: memory comes by use
constexpr std::size_t N_SPANS = RANGE_BYTES / SPAN_BYTES;
constexpr std::uintptr_t NOWHERE = std::uintptr_t{1} << 63;  // no address is near it

// All of this is zero or constant at start: other libraries allocate before any constructor here.

constinit std::uintptr_t g_range = NOWHERE;
constinit std::atomic<std::size_t> g_spans_taken = 0;
constinit std::array<std::uint8_t, N_SPANS> g_class_of_span{};

struct FreeBlock {
    FreeBlock* next;
};
/// Blocks of one size that this thread may hand out.
struct Pool {
    FreeBlock* free = nullptr;
    std::uintptr_t untouched = 0;  ///< rest of the newest span
    std::uintptr_t untouched_end = 0;
};
constinit thread_local std::array<Pool, N_CLASSES> t_pools{};

/// @return whether there is a range of addresses to take spans from
bool Reserve() {
    const char* choice = std::getenv("NS3_TWIN_ALLOCATOR");
    if (choice && std::strcmp(choice, "system") == 0) {
        return false;
    }
    void* range = mmap(nullptr, RANGE_BYTES + SPAN_BYTES, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (range == MAP_FAILED) {
        return false;  // a limit on the address space
    }
    g_range = (reinterpret_cast<std::uintptr_t>(range) + SPAN_BYTES - 1) / SPAN_BYTES * SPAN_BYTES;
    return true;
}

void* FromMalloc(std::size_t bytes) {
    while (true) {
        if (void* block = std::malloc(std::max<std::size_t>(bytes, 1))) {
            return block;
        }
        const std::new_handler handler = std::get_new_handler();
        if (!handler) {
            throw std::bad_alloc();
        }
        handler();
    }
}

/// Hand out a block where the free list is empty: put the next page of blocks there first.
[[gnu::noinline]] void* Refill(std::size_t size_class) {
    static const bool has_range = Reserve();
    const std::size_t block_bytes = (size_class + 1) * GRANULE_BYTES;
    Pool& pool = t_pools[size_class];
    if (pool.untouched + block_bytes > pool.untouched_end) {
        const std::size_t span = has_range ? g_spans_taken++ : N_SPANS;
        if (span >= N_SPANS) {
            return FromMalloc(block_bytes);
        }
        g_class_of_span[span] = static_cast<std::uint8_t>(size_class);
        pool.untouched = g_range + span * SPAN_BYTES;
        pool.untouched_end = pool.untouched + SPAN_BYTES;
    }
    const std::uintptr_t first = pool.untouched;
    const std::size_t n_blocks = std::min(PAGE_BYTES, pool.untouched_end - first) / block_bytes;
    pool.untouched += n_blocks * block_bytes;
    for (std::size_t i = n_blocks - 1; i > 0; --i) {  // in the end the list begins at the front
        pool.free = new (reinterpret_cast<void*>(first + i * block_bytes)) FreeBlock{pool.free};
    }
    return reinterpret_cast<void*>(first);
}

}  // namespace

void* operator new(std::size_t bytes) {
    if (bytes > LARGEST_BYTES) [[unlikely]] {
        return FromMalloc(bytes);
    }
    const std::size_t size_class = (bytes + (bytes == 0) - 1) / GRANULE_BYTES;
    FreeBlock*& free = t_pools[size_class].free;
    if (!free) [[unlikely]] {
        return Refill(size_class);
    }
    void* block = free;
    free = free->next;
    return block;
}

void operator delete(void* block) noexcept {
    const std::uintptr_t offset = reinterpret_cast<std::uintptr_t>(block) - g_range;
    if (offset >= RANGE_BYTES) [[unlikely]] {
        std::free(block);  // large, or from malloc, or null
        return;
    }
    FreeBlock*& free = t_pools[g_class_of_span[offset / SPAN_BYTES]].free;
    free = new (block) FreeBlock{free};
}

// Not from the size: the address tells the class, whoever deletes.
void operator delete(void* block, std::size_t /*bytes*/) noexcept {
    operator delete(block);
}

#endif
