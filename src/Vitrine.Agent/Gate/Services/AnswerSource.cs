namespace Vitrine.Agent.Gate.Services;

/// <summary>Who made an answer.</summary>
enum AnswerSource
{
    /// <summary>Nobody yet.</summary>
    None,

    /// <summary>Vitrine, from outside: the service did nothing.</summary>
    Outside,

    /// <summary>The service itself, by its own pprof or expvar.</summary>
    Forwarded,
}
