using System.Globalization;
using Vitrine.Go.Binary;

namespace Vitrine.Go.Globals;

/// <summary>
/// <c>allgs</c>, <c>allglen</c>, <c>allgptr</c>: three views of one list. The runtime stores <c>allgptr</c> before <c>allglen</c>, so the
/// length is read first. Source: https://github.com/golang/go/blob/go1.26.0/src/runtime/proc.go (allgadd, atomicAllG).
/// </summary>
sealed class GoroutineListCheck : ILiveCheck
{
    // A target cannot have more goroutines than this in any memory: a g takes more than 400 bytes.
    const ulong MaxGoroutines = 1UL << 34;
    const int Attempts = 16;

    /// <inheritdoc/>
    public void Run(LiveCheckContext context, Dictionary<string, LiveCheckResult> results)
    {
        bool hasSlice = context.TryAddress("runtime.allgs", out ulong allgs);
        bool hasLength = context.TryAddress("runtime.allglen", out ulong allglen);
        bool hasPointer = context.TryAddress("runtime.allgptr", out ulong allgptr);
        if (hasSlice)
        {
            results["runtime.allgs"] = context.TrySlice(allgs, out ulong array, out ulong length) && length is > 0 and < MaxGoroutines && IsListOfGoroutines(context, array, length, out string seen)
                ? LiveCheckResult.Confirmed(seen)
                : LiveCheckResult.Contradicted("it is no slice of goroutines");
        }
        if (!hasLength || !hasPointer) return;

        // The list may grow between the reads, so views that differ are read again before they count as a contradiction.
        string why = "it is not readable";
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            if (!context.TryUInt64(allglen, out ulong count) || !context.TryUInt64(allgptr, out ulong pointer)) break;
            if (count is 0 or >= MaxGoroutines || !IsListOfGoroutines(context, pointer, count, out string seen))
            {
                why = "it is no list of goroutines";
                break;
            }
            why = "it differs from allgs";
            if (hasSlice && context.TrySlice(allgs, out ulong array, out ulong length) && (array != pointer || length < count)) continue;
            results["runtime.allglen"] = LiveCheckResult.Confirmed(seen);
            results["runtime.allgptr"] = LiveCheckResult.Confirmed(seen);
            return;
        }
        results["runtime.allglen"] = LiveCheckResult.Contradicted(why);
        results["runtime.allgptr"] = LiveCheckResult.Contradicted(why);
    }

    static bool IsListOfGoroutines(LiveCheckContext context, ulong array, ulong length, out string seen)
    {
        seen = "";
        if (array % 8 != 0 || !context.TryLayout("runtime.g", out StructLayout? layout)) return false;
        ulong samples = Math.Min(length, 8);
        for (ulong k = 0; k < samples; k++)
        {
            ulong index = k < 4 ? k : length - 1 - (k - 4);
            if (!context.TryUInt64(array + (index * 8), out ulong g) || g == 0 || g % 8 != 0 || !IsGoroutine(context, g, layout)) return false;
        }
        seen = string.Create(CultureInfo.InvariantCulture, $"{length} goroutines");
        return true;
    }

    static bool IsGoroutine(LiveCheckContext context, ulong g, StructLayout layout) =>
        context.TryField(g, layout, "stack.lo", out ulong low) && context.TryField(g, layout, "stack.hi", out ulong high)
        && context.TryField32(g, layout, "atomicstatus", out uint status)
        && low <= high && high - low <= 1UL << 40 && (status & 0xfff) <= 16;
}
