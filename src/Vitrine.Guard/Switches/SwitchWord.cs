namespace Vitrine.Guard.Switches;

/// <summary>What one source says about one switch.</summary>
sealed record SwitchWord(bool IsOn, string? By = null, string? Reason = null, DateTimeOffset? Since = null, DateTimeOffset? Until = null);
