namespace Vitrine.Guard.Limits;

/// <summary>One instrument of one service.</summary>
readonly record struct InstrumentKey(string Service, string Name);
