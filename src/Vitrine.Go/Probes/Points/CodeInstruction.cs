namespace Vitrine.Go.Probes.Points;

/// <summary>One decoded instruction, as much of it as the choice of probe points needs.</summary>
/// <param name="Address">Link-time address.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Flow">Where execution goes.</param>
/// <param name="Treatment">What the kernel makes of a probe on it.</param>
/// <param name="Target">Target of a direct jump or call; else 0.</param>
readonly record struct CodeInstruction(ulong Address, byte Length, CodeFlow Flow, KernelTreatment Treatment, ulong Target)
{
    public bool IsDirectJump => Flow is CodeFlow.Jump or CodeFlow.ConditionalJump;
}
