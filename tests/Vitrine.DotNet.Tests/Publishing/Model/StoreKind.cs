namespace Vitrine.DotNet.Tests.Publishing.Model;

/// <summary>What a store in a buffer waits for.</summary>
enum StoreKind : byte
{
    /// <summary>Only for earlier stores to the same location.</summary>
    Plain,

    /// <summary>For all earlier stores.</summary>
    Release,

    /// <summary>The write half of an exchange with release.</summary>
    Exchange,

    /// <summary>The write half of an exchange without release.</summary>
    ExchangeRelaxed,

    /// <summary>No store: those behind it wait for those before it.</summary>
    Barrier,
}
