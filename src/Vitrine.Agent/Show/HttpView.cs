namespace Vitrine.Agent.Show;

/// <summary>What of a watch over requests is shown.</summary>
/// <param name="Slow">Requests of at least this duration one by one; null when they were not asked for.</param>
/// <param name="OlderThan">Requests that were older than this when a collection started; null when they were not asked for.</param>
/// <param name="Split">Where the time of requests went was asked for by itself.</param>
/// <param name="Query">Queries may be shown.</param>
/// <param name="Top">Lines of a table.</param>
sealed record HttpView(TimeSpan? Slow, TimeSpan? OlderThan, bool Split, bool Query, int Top)
{
    public bool NeedsSplit => Split || Slow is not null || OlderThan is not null;
}
