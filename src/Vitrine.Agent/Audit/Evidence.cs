namespace Vitrine.Agent.Audit;

/// <summary>One observed fact that a finding rests on. Never holds a secret: what a process chose itself comes through <see cref="Shown"/>.</summary>
/// <param name="Statement">The fact, a clause or a sentence.</param>
/// <param name="Source">Where it was read: a file of /proc, a system call, a request.</param>
sealed record Evidence(string Statement, string Source);
