namespace Vitrine.DotNet.Events;

/// <summary>One key's sums.</summary>
readonly record struct TallyRow<TKey>(TKey Key, long Count, double Amount);
