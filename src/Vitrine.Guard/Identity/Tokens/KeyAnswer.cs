namespace Vitrine.Guard.Identity.Tokens;

/// <summary>Keys, or why there are none that may be used.</summary>
/// <param name="Keys">The keys; null when there are none, or only ones that are too old.</param>
/// <param name="RetryAfter">When asking again makes sense.</param>
readonly record struct KeyAnswer(KeySet? Keys, TimeSpan RetryAfter = default);
