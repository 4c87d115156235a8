package import TGTensor

extension MappedFileError: Explained {
  package var exitStatus: ExitStatus {
    switch self {
    case .cannotOpen: .missingInput
    case .notARegularFile: .missingInput
    case .cannotMap: .inputOutput
    }
  }

  package var message: String {
    switch self {
    case .cannotOpen(let path, let reason): "cannot read \(path): \(reason)"
    case .notARegularFile(let path): "\(path) is a folder, a device or a pipe, not a file"
    case .cannotMap(let path, let reason): "cannot read \(path): \(reason)"
    }
  }
}

extension AtomicFileError: Explained {
  package var exitStatus: ExitStatus {
    switch self {
    case .cannotCreate: .cannotCreate
    case .cannotWrite: .inputOutput
    }
  }

  package var message: String {
    switch self {
    case .cannotCreate(let path, let reason): "cannot create \(path): \(reason)"
    case .cannotWrite(let path, let reason): "cannot write \(path): \(reason)"
    }
  }
}
