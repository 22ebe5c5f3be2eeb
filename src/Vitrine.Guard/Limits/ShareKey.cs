namespace Vitrine.Guard.Limits;

/// <summary>Looks that are the same: of one service, with one instrument, in one way.</summary>
readonly record struct ShareKey(InstrumentKey Instrument, string How);
