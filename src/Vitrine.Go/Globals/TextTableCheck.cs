using System.Globalization;

namespace Vitrine.Go.Globals;

/// <summary><c>waitReasonStrings</c>: an array of strings whose first is empty and whose next ones are short printable texts.</summary>
sealed class TextTableCheck : ILiveCheck
{
    // All of Go 1.19–1.27 have more than twenty reasons.
    const int Entries = 16;
    const int MaxLength = 64;

    /// <inheritdoc/>
    public void Run(LiveCheckContext context, Dictionary<string, LiveCheckResult> results)
    {
        if (!context.TryAddress("runtime.waitReasonStrings", out ulong address)) return;
        string first = "";
        for (int index = 0; index < Entries; index++)
        {
            ulong entry = address + ((ulong)index * 16);
            if (!context.TryUInt64(entry, out ulong text) || !context.TryUInt64(entry + 8, out ulong length) || (index == 0) != (length == 0)
                || context.Text(text, length, MaxLength) is not { } read || !read.All(c => c is >= ' ' and <= '~'))
            {
                results["runtime.waitReasonStrings"] = LiveCheckResult.Contradicted(string.Create(CultureInfo.InvariantCulture, $"entry {index} is no wait reason"));
                return;
            }
            if (index == 1) first = read;
        }
        results["runtime.waitReasonStrings"] = LiveCheckResult.Confirmed($"texts such as '{first}'");
    }
}
