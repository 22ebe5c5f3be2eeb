using System.Diagnostics.Tracing;

namespace Vitrine.DotNet.Diagnostics;

/// <summary>What is asked of one source of events.</summary>
/// <param name="Name">The provider: see <see cref="EventProviders"/> for the runtime's own.</param>
/// <param name="Keywords">Which of its events: see <see cref="RuntimeKeywords"/>.</param>
/// <param name="Level">How verbose.</param>
/// <param name="Arguments">What the provider is told, as <c>key=value;key=value</c>; empty for nothing.</param>
public sealed record EventProvider(string Name, ulong Keywords, EventLevel Level, string Arguments = "")
{
    /// <summary>The runtime's own events.</summary>
    public static EventProvider Runtime(ulong keywords, EventLevel level = EventLevel.Informational) => new(EventProviders.Runtime, keywords, level);
}
