namespace Vitrine.Go.Globals;

/// <summary>
/// Checks the addresses of some variables against memory. The process runs on: a check reads at most a few dozen values, bounds every
/// walk, and says "no evidence" rather than "contradicted" when a value may just have changed.
/// </summary>
interface ILiveCheck
{
    /// <summary>Adds a result for each variable that the check can say something about.</summary>
    void Run(LiveCheckContext context, Dictionary<string, LiveCheckResult> results);
}
