import TGCompiler
import TGPlan
import TGTensor
import Testing

/// The weight section: equal numbers once, and shared kernels packed once.
@Suite struct WeightStoreTests {
  @Test func equalNumbersLieOnce() {
    var store = WeightStore()
    let first = store.insert(.floats([1, 2, 3]))
    let other = store.insert(.floats([1, 2, 4]))
    #expect(store.insert(.floats([1, 2, 3])) == first && first != other)
    #expect(store.blobs.count == 2 && store.offsets == [0, 64] && store.byteCount == 128)
    let zeros = [store.insert(.floats([0])), store.insert(.floats([-0.0]))]
    #expect(zeros[0] != zeros[1], "zeros of different sign are different")
    #expect(store.insert(.floats([.nan])) == store.insert(.floats([.nan])))
  }

  @Test func aKernelThatFunctionsShareIsPackedOnce() {
    var store = WeightStore()
    var packed = 0
    func insert(_ kernel: HostTensor, groups: Int = 1) -> Slot {
      store.insert(kernel, groups: groups) {
        packed += 1
        return .floats(WeightPacking.packPanels($0, groups: groups))
      }
    }
    let kernel = HostTensor([32, 4, 1, 1], (0..<128).map { Float($0) })
    let slot = insert(kernel)
    #expect(insert(kernel) == slot && packed == 1, "twice in a function")
    store.finishFunction()
    #expect(insert(kernel) == slot && packed == 1, "in the next function")
    // Other numbers in other memory, another shape or other groups are another kernel.
    var changed = kernel
    changed[77] = -1
    #expect(insert(changed) != slot && packed == 2)
    _ = insert(kernel.reshaped([32, 2, 2, 1]))
    #expect(insert(kernel, groups: 4) != slot && packed == 4)
    store.finishFunction()
    store.finishFunction()
    #expect(
      insert(kernel) == slot && packed == 5, "kept for one function only, and found by its numbers")
  }
}
