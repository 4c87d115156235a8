import TGraph

// Compiles a page, draws a picture, and finds the code of that picture again: `LibraryExample FOLDER`,
// a folder with `small.tgraph`, in which the plan and the pictures are written.
let folder = CommandLine.arguments.count > 1 ? CommandLine.arguments[1] : "."

do {
  // 1. Compile. The weights are made of a seed; `weights:` would name a checkpoint.
  let plan = try Plan.compile(
    "\(folder)/small.tgraph", batches: [1, 2], syntheticWeights: 1, inverting: "",
    to: "\(folder)/small.tplan")
  for function in plan.functions + plan.objectives {
    print(function.name, function.inputs.map { "\($0.name): \($0.kind) \($0.shape)" })
  }

  // 2. Draw. The same seed gives the same picture in every batch.
  let session = try Session(plan, threads: 1)
  let pictures = try session.run(seeds: [3, 4]).compactMap { $0.pictures["image"] }
  try pictures[0].write(to: "\(folder)/drawn.png")
  let again = try session.run(seeds: [3])[0].pictures["image"]
  print("drawn", pictures[0].pixels.shape, again == pictures[0])

  // 3. Invert: 60 rounds of gradient descent through the same plan.
  let inversion = try Inversion(plan, threads: 1)
  var first = Float.nan
  let found = try inversion.run(["target": .picture(pictures[0])], seed: 1, rounds: 60) {
    round, loss in
    if round == 1 { first = loss }
    return true
  }
  try found.pictures["image"]?.write(to: "\(folder)/found.png")
  print("found", found.tensors["z"]?.shape ?? [], (found.loss ?? .nan) < first / 4)

  // 4. A plan is opened again, and what does not fit is said in sentences.
  do throws(TGraphError) {
    _ = try Session(Plan(contentsOf: "\(folder)/small.tplan")).run(["zz": .number(1)])
  } catch {
    print(error)
  }
} catch {
  print(error)
}
