import TGTensor

/// The members of an archive, to be changed and packed again with right sizes and checksums.
struct ZipMembers {
  fileprivate struct Member {
    var name: [UInt8]
    var method: UInt16
    var checksum: UInt32
    var size: UInt64
    var data: [UInt8]
  }

  fileprivate var members: [Member] = []

  /// Reads the heads one after the other; sound archives without ZIP64 sizes or descriptors of
  /// unknown place are read through their directory.
  init(_ file: [UInt8]) {
    func number(_ place: Int, _ count: Int) -> Int {
      guard place + count <= file.count else { return 0 }
      return file[place..<place + count].reversed().reduce(0) { $0 << 8 | Int($1) }
    }
    for place in file.indices.dropLast(46)
    where file[place] == 0x50 && file[place + 1] == 0x4b && number(place, 4) == 0x0201_4b50 {
      let nameLength = number(place + 28, 2)
      let head = number(place + 42, 4)
      guard place + 46 + nameLength <= file.count, head + 30 < file.count else { continue }
      let start = head + 30 + number(head + 26, 2) + number(head + 28, 2)
      let length = number(place + 20, 4)
      guard start + length <= file.count else { continue }
      members.append(
        Member(
          name: Array(file[place + 46..<place + 46 + nameLength]),
          method: UInt16(number(place + 10, 2)), checksum: UInt32(number(place + 16, 4)),
          size: UInt64(number(place + 24, 4)), data: Array(file[start..<start + length])))
    }
  }

  /// An archive of changed members.
  func mutated(with other: ZipMembers, _ random: inout Random) -> [UInt8] {
    var changed = self
    for _ in 0...random.below(2) {
      guard !changed.members.isEmpty else { break }
      let place = random.below(changed.members.count)
      switch random.below(6) {
      case 0: changed.members = random.rearranged(changed.members, with: other.members)
      case 1: changed.members[place].name = random.damaged(changed.members[place].name)
      case 2: changed.members[place].size = random.number()
      default:
        // Mostly the pickle: it is the first member of what torch writes.
        let target = random.once(in: 2) ? 0 : place
        changed.members[target].damage(&random)
      }
    }
    var file = changed.packed(&random)
    if random.once(in: 4) { file = random.damaged(file) }
    return file
  }

  private func packed(_ random: inout Random) -> [UInt8] {
    var file: [UInt8] = []
    var directory: [UInt8] = []
    let isDescribed = random.once(in: 3)
    let isWide = random.once(in: 3)
    // Now and then the two descriptions of one member differ.
    let liar = random.once(in: 6) ? random.below(members.count + 1) : -1
    for (position, member) in members.enumerated() {
      let head = file.count
      let lie: UInt64 = position == liar ? 1 : 0
      let sizes = [UInt64(member.data.count), member.size]
      var common: [UInt8] = [45, 0, isDescribed ? 8 : 0, 0]
      common.append(littleEndian: member.method)
      common += [0, 0, 0, 0]
      func numbers(_ checksum: UInt32, _ sizes: [UInt64], extra: [UInt64]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(littleEndian: checksum)
        for size in sizes {
          bytes.append(littleEndian: extra.isEmpty ? UInt32(truncatingIfNeeded: size) : .max)
        }
        bytes.append(littleEndian: UInt16(truncatingIfNeeded: member.name.count))
        bytes.append(littleEndian: UInt16(extra.isEmpty ? 0 : 4 + 8 * extra.count))
        return bytes
      }
      func field(_ extra: [UInt64]) -> [UInt8] {
        guard !extra.isEmpty else { return [] }
        var bytes: [UInt8] = [1, 0, UInt8(8 * extra.count), 0]
        for number in extra { bytes.append(littleEndian: number) }
        return bytes
      }
      let zeros = isDescribed && !isWide
      let wide = [member.size &+ lie, sizes[0]]
      file += [0x50, 0x4b, 3, 4] + common
      file += numbers(
        zeros ? 0 : member.checksum, zeros ? [0, 0] : [sizes[0], member.size &+ lie],
        extra: isWide ? wide : [])
      file += member.name + field(isWide ? wide : []) + member.data
      if isDescribed {
        file += [0x50, 0x4b, 7, 8]
        file.append(littleEndian: member.checksum)
        for size in sizes { file.append(littleEndian: UInt32(truncatingIfNeeded: size)) }
      }
      let full = [member.size, sizes[0], UInt64(head)]
      directory += [0x50, 0x4b, 1, 2, 45, 0] + common
      directory += numbers(member.checksum, sizes, extra: isWide ? full : [])
      directory += [UInt8](repeating: 0, count: 10)
      directory.append(littleEndian: isWide ? UInt32.max : UInt32(truncatingIfNeeded: head))
      directory += member.name + field(isWide ? full : [])
    }
    let start = file.count
    file += directory + [0x50, 0x4b, 5, 6, 0, 0, 0, 0]
    for _ in 0..<2 { file.append(littleEndian: UInt16(truncatingIfNeeded: members.count)) }
    file.append(littleEndian: UInt32(truncatingIfNeeded: directory.count))
    file.append(littleEndian: UInt32(truncatingIfNeeded: start))
    return file + [0, 0]
  }

  /// The CRC-32 of zip files.
  fileprivate static func checksum(_ bytes: [UInt8]) -> UInt32 {
    var checksum: UInt32 = .max
    for byte in bytes {
      checksum ^= UInt32(byte)
      for _ in 0..<8 { checksum = checksum & 1 == 0 ? checksum >> 1 : checksum >> 1 ^ 0xedb8_8320 }
    }
    return ~checksum
  }
}

extension ZipMembers.Member {
  /// Changes the contents; those of stored members get their size and checksum again.
  fileprivate mutating func damage(_ random: inout Random) {
    guard method == 0 else {
      data = random.damaged(data)
      return
    }
    if data.starts(with: NumpyArray.magic) {
      data = Subject.damagedArray(data, &random)
    } else if data.first == 0x80 {
      data = PickleTokens(data).mutated(with: PickleTokens(data), &random)
    } else {
      data = random.damaged(data)
    }
    size = UInt64(data.count)
    checksum = ZipMembers.checksum(data)
  }
}
