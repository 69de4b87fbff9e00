// SPDX-License-Identifier: GPL-2.0-only
// The operators of the program itself: pool-allocator.cc is linked as into any scenario.
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <new>
#include <thread>
#include <vector>

namespace {

std::uintptr_t Address(const void* block) {
    return reinterpret_cast<std::uintptr_t>(block);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(pool_allocator)

BOOST_AUTO_TEST_CASE(blocks_keep_apart_and_are_aligned_at_every_size) {
    struct Block {
        unsigned char* start;
        std::size_t bytes;
    };
    std::vector<Block> blocks;
    for (std::size_t bytes = 0; bytes <= 2100; bytes += 7) {
        for (int copy = 0; copy < 3; ++copy) {
            auto* start = static_cast<unsigned char*>(operator new(bytes));
            BOOST_TEST(Address(start) % alignof(std::max_align_t) == 0U);
            std::memset(start, static_cast<int>(blocks.size() % 251), bytes);
            blocks.push_back({start, bytes});
        }
    }
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        auto* end = blocks[i].start + blocks[i].bytes;
        const auto value = static_cast<unsigned char>(i % 251);
        BOOST_TEST(std::all_of(blocks[i].start, end, [value](auto byte) { return byte == value; }));
    }
    for (const Block& block : blocks) {
        operator delete(block.start);
    }
}

BOOST_AUTO_TEST_CASE(small_blocks_lie_side_by_side) {
    std::vector<void*> blocks(10'000);
    std::generate(blocks.begin(), blocks.end(), [] { return operator new(112); });
    std::size_t neighbours = 0;
    for (std::size_t i = 1; i < blocks.size(); ++i) {
        neighbours += Address(blocks[i]) == Address(blocks[i - 1]) + 112;  // malloc adds a header
    }
    BOOST_TEST(neighbours > blocks.size() * 9 / 10);
    for (void* block : blocks) {
        operator delete(block);
    }
}

BOOST_AUTO_TEST_CASE(what_was_freed_last_is_handed_out_first_whatever_size_delete_is_told) {
    std::vector<void*> blocks{operator new(700), operator new(700)};
    const std::vector<std::uintptr_t> freed{Address(blocks[0]), Address(blocks[1])};
    operator delete(blocks[0], std::size_t{700});
    operator delete(blocks[1], std::size_t{1});
    blocks = {operator new(700), operator new(700)};
    BOOST_TEST(Address(blocks[0]) == freed[1]);
    BOOST_TEST(Address(blocks[1]) == freed[0]);
    operator delete(blocks[0]);
    operator delete(blocks[1]);
    operator delete(nullptr);
}

BOOST_AUTO_TEST_CASE(a_block_freed_by_another_thread_is_that_threads) {
    void* block = operator new(900);
    const std::uintptr_t address = Address(block);
    std::uintptr_t seen = 0;
    std::thread([block, &seen] {
        operator delete(block);
        void* again = operator new(900);
        seen = Address(again);
        operator delete(again);
    }).join();
    BOOST_TEST(seen == address);
    void* next = operator new(900);
    BOOST_TEST(Address(next) != address);
    operator delete(next);
}

BOOST_AUTO_TEST_SUITE_END()
