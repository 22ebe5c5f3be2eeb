namespace Vitrine.Go.Probes.Points;

/// <summary>Where execution goes after an instruction.</summary>
enum CodeFlow : byte
{
    /// <summary>To the next one.</summary>
    Next,

    /// <summary>To a fixed target.</summary>
    Jump,

    /// <summary>To a fixed target or the next one.</summary>
    ConditionalJump,

    /// <summary>Through a fixed target and then to the next one.</summary>
    Call,

    /// <summary>To a target that is computed.</summary>
    IndirectJump,

    /// <summary>Through a computed target and then to the next one.</summary>
    IndirectCall,

    /// <summary>Back to the caller.</summary>
    Return,

    /// <summary>Nowhere: a trap, or padding.</summary>
    Stop,
}
