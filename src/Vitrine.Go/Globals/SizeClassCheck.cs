namespace Vitrine.Go.Globals;

/// <summary>
/// The table of size classes: 68 ascending 16-bit sizes from 0 and 8 up to 32768, unchanged since Go 1.16.
/// Source: https://github.com/golang/go/blob/go1.26.0/src/internal/runtime/gc/sizeclasses.go.
/// </summary>
sealed class SizeClassCheck : ILiveCheck
{
    const int Classes = 68;

    /// <inheritdoc/>
    public void Run(LiveCheckContext context, Dictionary<string, LiveCheckResult> results)
    {
        foreach (string name in (ReadOnlySpan<string>)["runtime.class_to_size", "internal/runtime/gc.SizeClassToSize"])
        {
            if (!context.TryAddress(name, out ulong address)) continue;
            results[name] = IsTable(context, address)
                ? LiveCheckResult.Confirmed("68 ascending sizes up to 32768")
                : LiveCheckResult.Contradicted("it is no table of size classes");
        }
    }

    static bool IsTable(LiveCheckContext context, ulong address)
    {
        ushort previous = 0;
        for (int index = 0; index < Classes; index++)
        {
            if (!context.TryUInt16(address + ((ulong)index * 2), out ushort size)) return false;
            if (index == 0 ? size != 0 : size <= previous) return false;
            if (index == 1 && size != 8) return false;
            previous = size;
        }
        return previous == 32768;
    }
}
