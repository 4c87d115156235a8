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

  /// The kernel of a gradient is found in the panels of the kernel that it is turned from; others are not.
  @Test(arguments: [[20, 7, 3, 3], [16, 32, 1, 1], [5, 33, 2, 4]], WeightsType.allCases)
  func aTurnedKernelIsFound(extents: [Int], type: WeightsType) throws {
    var store = WeightStore(type)
    let shape = Shape(extents)
    let kernel = HostTensor(shape, (0..<shape.count).map { Float($0 * 7 % 1009) / 3 })
    let packed = WeightPacking.packPanels(kernel, groups: 1)
    let stored = store.insert(type.stored(packed, allowsHalves: true).numbers)
    #expect((stored.dtype == .float16) == (type == .f16 && packed.count >= WeightsType.leastCount))
    let reversed = kernel.gathered(Array((0..<extents[2]).reversed()), axis: 2)
      .gathered(Array((0..<extents[3]).reversed()), axis: 3)
    var turned = reversed.transposed([1, 0, 2, 3])
    #expect(store.slot(turning: turned) == stored)
    #expect(store.slot(turning: kernel) == nil, "its own panels are there")
    #expect(
      store.slot(turning: kernel.transposed([1, 0, 2, 3])) == nil || extents[2...] == [1, 1])
    turned[shape.count - 1] += 1
    #expect(store.slot(turning: turned) == nil, "one number differs")
    #expect(store.blobs.count == 1)
  }

  /// Numbers that float16 cannot hold are not those that they would be rounded to.
  @Test func aTurnedKernelOfTinyNumbersIsNotZeros() {
    var store = WeightStore(.f16)
    let zeros = HostTensor([7, 20, 3, 3], [Float](repeating: 0, count: 1260))
    let stored = store.insert(
      WeightsType.f16.stored(
        WeightPacking.packPanels(zeros, groups: 1), allowsHalves: true
      ).numbers)
    #expect(stored.dtype == .float16)
    let shape = Shape([20, 7, 3, 3])
    #expect(
      store.slot(turning: HostTensor(shape, [Float](repeating: 0, count: 1260))) == stored)
    #expect(
      store.slot(turning: HostTensor(shape, [Float](repeating: 1e-10, count: 1260))) == nil)
  }
}
