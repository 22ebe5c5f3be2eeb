using Vitrine.Go.Probes.Stacks;

namespace Vitrine.Go.Probes.Waits;

/// <summary>One sum of the kernel, with its kind and object found out.</summary>
internal readonly record struct ResolvedWait(
    BlockingKind Kind, byte Reason, WaitObject? Object, StackKey Stack, StackKey Releaser, WaitReleasedBy ReleasedBy, WaitSum Sum);
