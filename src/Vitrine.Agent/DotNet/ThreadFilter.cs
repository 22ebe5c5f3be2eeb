using Vitrine.DotNet.Outside;

namespace Vitrine.Agent.DotNet;

/// <summary>Which threads are shown.</summary>
sealed record ThreadFilter(string? Where, TimeSpan? MinWait)
{
    public bool Matches(OutsideThread thread) =>
        (MinWait is not { } least || (thread.NotRunFor.TryGet(out var time) && time >= least))
        && (Where is not { } text || Contains(thread.Name, text) || Contains(thread.WaitsIn, text) || Contains(thread.Activity.ToString(), text) || thread.Frames.Any(frame => Contains(frame.Name, text)));

    static bool Contains(string where, string text) => where.Contains(text, StringComparison.OrdinalIgnoreCase);
}
