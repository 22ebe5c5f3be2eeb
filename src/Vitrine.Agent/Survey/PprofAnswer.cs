namespace Vitrine.Agent.Survey;

/// <summary>What a listener says to somebody who asks for /debug/pprof/ and does not say who he is.</summary>
enum PprofAnswer
{
    /// <summary>Nothing, or nothing of HTTP: silence, another protocol, TLS.</summary>
    NotHttp,

    /// <summary>HTTP, and no such page.</summary>
    NotThere,

    /// <summary>HTTP, and first it wants to know who asks (401, 403, 407).</summary>
    AsksWho,

    /// <summary>The index of the profiles.</summary>
    Open,
}
