namespace Vitrine.Go.Globals;

/// <summary>What an instruction does with the memory its operand names.</summary>
enum AccessKind : byte
{
    /// <summary>Takes the address (LEA).</summary>
    Address,

    /// <summary>Loads.</summary>
    Read,

    /// <summary>Stores.</summary>
    Write,

    /// <summary>Loads and stores (XCHG, LOCK XADD, INC …).</summary>
    ReadWrite,
}
