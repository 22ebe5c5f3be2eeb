using System.Text;

namespace Vitrine.Agent.Gate.Forwarding;

/// <summary>
/// What Go's own handlers say when they refuse (src/net/http/pprof/pprof.go, <c>serveError</c>). An error page of a service can hold anything, secrets too: only sentences that are known are repeated, and from this list, not from the page.
/// </summary>
static class GoRefusal
{
    static readonly string[] s_known =
    [
        "Could not enable CPU profiling: cpu profiling already in use",
        "Could not enable CPU profiling",
        "Could not enable tracing: tracing is already enabled",
        "Could not enable tracing",
        "profile duration exceeds server's WriteTimeout",
        "Unknown profile",
        "seconds and debug params are incompatible",
        "failed to generate delta profile",
    ];

    /// <summary>The sentence that the page begins with; null when it is none of Go's.</summary>
    public static string? Of(ReadOnlySpan<byte> page)
    {
        foreach (var sentence in s_known)
        {
            if (page.Length >= sentence.Length && Encoding.ASCII.GetString(page[..sentence.Length]) == sentence)
                return sentence;
        }
        return null;
    }
}
