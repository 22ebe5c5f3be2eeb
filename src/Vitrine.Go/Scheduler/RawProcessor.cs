namespace Vitrine.Go.Scheduler;

/// <summary>A P with its address, by which Ms refer to it.</summary>
/// <param name="Address">Address of the <c>runtime.p</c>.</param>
/// <param name="State">What is shown of it.</param>
readonly record struct RawProcessor(ulong Address, ProcessorState State);
