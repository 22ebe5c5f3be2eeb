namespace Vitrine.Guard.Identity.Tokens;

/// <summary>Where keys come from.</summary>
interface IKeySource : IDisposable
{
    /// <summary>The keys in force; null before there were any. Costs nothing.</summary>
    KeySet? Current { get; }

    /// <summary>The keys to check a token with.</summary>
    /// <param name="isMissing">A token needs a key that <see cref="Current"/> does not have: the source looks for newer ones, as often as it may.</param>
    /// <param name="cancellation">Ends the waiting, not the fetching, which is for others too.</param>
    ValueTask<KeyAnswer> Get(bool isMissing, CancellationToken cancellation);
}
