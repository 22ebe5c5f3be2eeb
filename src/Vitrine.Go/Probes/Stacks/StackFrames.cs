using Vitrine.Go.Binary;

namespace Vitrine.Go.Probes.Stacks;

/// <summary>Completes and names stacks that the kernel walked by frame pointers.</summary>
static class StackFrames
{
    /// <summary>
    /// Puts the caller of a probed function in where it is missing. From 6.11 on the kernel sees that a probe sits on <c>push rbp</c> and does not lose it; before, the word
    /// that the program kept goes in.
    /// </summary>
    public static ulong[] WithCaller(ReadOnlySpan<ulong> pcs, ulong caller) =>
        caller != 0 && (pcs.Length == 1 || (pcs.Length > 1 && pcs[1] != caller)) ? [pcs[0], caller, .. pcs[1..]] : pcs.ToArray();

    /// <summary>The frames, inlined ones too, the probed function first.</summary>
    public static List<SourceFrame> Name(GoTarget target, ReadOnlySpan<ulong> pcs)
    {
        var frames = new List<SourceFrame>();
        var isCallSite = false;
        foreach (var pc in pcs)
        {
            target.Binary.Functions.Expand(unchecked(pc - target.Bias), isCallSite, frames);
            // What lies below sigpanic did not call it: the kernel put the call there, at the very instruction that faulted.
            isCallSite = frames.Count == 0 || frames[^1].FuncId != GoFuncId.SigPanic;
        }
        return frames;
    }
}
