namespace Vitrine.Linux.Unwinding;

/// <summary>
/// Executes call frame instructions (DWARF 5, section 6.4.2) up to one address. Not thread-safe: it keeps the states that a program remembers, so that nothing is
/// allocated for each frame.
/// </summary>
sealed class CfiMachine
{
    /// <summary>States that may be remembered inside one another; compilers use one.</summary>
    const int MaximumDepth = 16;

    /// <summary>What keeping or taking back a whole state counts, in steps: it copies all rules.</summary>
    const int StateSteps = 16;

    readonly CfiRow[] _remembered = new CfiRow[MaximumDepth];
    CfiRow _initial;

    /// <summary>The rules at a link-time address; false when there are none, they are damaged, or they take more steps than <paramref name="budget"/>, which is negative then.</summary>
    public bool TryFindRow(FrameTable table, ulong address, ref CfiRow row, ref int budget)
    {
        if (!table.TryFind(address, out var entry))
            return false;
        row = default;
        row.CfaRegister = -1;
        row.ReturnColumn = entry.Common.ReturnColumn;
        row.IsSignalFrame = entry.Common.IsSignalFrame;
        _initial = row;
        if (!Execute(table, entry, entry.Common.ProgramAt, entry.Common.ProgramEnd, ulong.MaxValue, ref row, ref budget))
            return false;
        _initial = row;
        return Execute(table, entry, entry.ProgramAt, entry.ProgramEnd, address, ref row, ref budget) && row.Cfa.Kind != CfiRuleKind.Unspecified;
    }

    bool Execute(FrameTable table, in FrameEntry entry, int at, int end, ulong address, ref CfiRow row, ref int budget)
    {
        var registers = table.Architecture.Count;
        var common = entry.Common;
        var reader = new CfiReader(table.Bytes, at, end);
        var location = entry.Start;
        var depth = 0;
        while (reader.HasMore)
        {
            if (--budget < 0)
                return false;
            var code = reader.UInt8();
            var low = (ulong)(code & 0x3F);
            switch (code >> 6)
            {
                case 1:
                    location += low * common.CodeAlignment;
                    break;
                case 2:
                    Set(ref row, low, CfiRuleKind.AtOffset, Factored(reader.Unsigned()));
                    break;
                case 3:
                    Restore(ref row, low);
                    break;
                default:
                    switch (code)
                    {
                        case 0x00: // DW_CFA_nop
                            break;
                        case 0x01: // DW_CFA_set_loc
                            location = reader.Pointer(common.PointerEncoding, table.FramesAddress, 0);
                            break;
                        case 0x02: // DW_CFA_advance_loc1
                            location += (ulong)reader.UInt8() * common.CodeAlignment;
                            break;
                        case 0x03: // DW_CFA_advance_loc2
                            location += (ulong)reader.UInt16() * common.CodeAlignment;
                            break;
                        case 0x04: // DW_CFA_advance_loc4
                            location += (ulong)reader.UInt32() * common.CodeAlignment;
                            break;
                        case 0x05: // DW_CFA_offset_extended
                            Set(ref row, reader.Unsigned(), CfiRuleKind.AtOffset, Factored(reader.Unsigned()));
                            break;
                        case 0x06: // DW_CFA_restore_extended
                            Restore(ref row, reader.Unsigned());
                            break;
                        case 0x07: // DW_CFA_undefined
                            Set(ref row, reader.Unsigned(), CfiRuleKind.Undefined, 0);
                            break;
                        case 0x08: // DW_CFA_same_value
                            Set(ref row, reader.Unsigned(), CfiRuleKind.SameValue, 0);
                            break;
                        case 0x09: // DW_CFA_register
                            Set(ref row, reader.Unsigned(), CfiRuleKind.InRegister, (long)Math.Min(reader.Unsigned(), int.MaxValue));
                            break;
                        case 0x0A: // DW_CFA_remember_state
                            budget -= StateSteps;
                            if (depth == MaximumDepth)
                                return false;
                            _remembered[depth++] = row;
                            break;
                        case 0x0B: // DW_CFA_restore_state
                            budget -= StateSteps;
                            if (depth == 0)
                                return false;
                            row = _remembered[--depth];
                            break;
                        case 0x0C: // DW_CFA_def_cfa
                            SetCfa(ref row, reader.Unsigned(), (long)reader.Unsigned());
                            break;
                        case 0x0D: // DW_CFA_def_cfa_register
                            SetCfa(ref row, reader.Unsigned(), row.Cfa.Value);
                            break;
                        case 0x0E: // DW_CFA_def_cfa_offset
                            row.Cfa = new(CfiRuleKind.IsOffset, (long)reader.Unsigned());
                            break;
                        case 0x0F: // DW_CFA_def_cfa_expression
                            row.Cfa = Expression(ref reader, CfiRuleKind.IsExpression);
                            break;
                        case 0x10: // DW_CFA_expression
                            SetExpression(ref row, reader.Unsigned(), CfiRuleKind.AtExpression, ref reader);
                            break;
                        case 0x11: // DW_CFA_offset_extended_sf
                            Set(ref row, reader.Unsigned(), CfiRuleKind.AtOffset, Factored((ulong)reader.Signed()));
                            break;
                        case 0x12: // DW_CFA_def_cfa_sf
                            SetCfa(ref row, reader.Unsigned(), Factored((ulong)reader.Signed()));
                            break;
                        case 0x13: // DW_CFA_def_cfa_offset_sf
                            row.Cfa = new(CfiRuleKind.IsOffset, Factored((ulong)reader.Signed()));
                            break;
                        case 0x14: // DW_CFA_val_offset
                            Set(ref row, reader.Unsigned(), CfiRuleKind.IsOffset, Factored(reader.Unsigned()));
                            break;
                        case 0x15: // DW_CFA_val_offset_sf
                            Set(ref row, reader.Unsigned(), CfiRuleKind.IsOffset, Factored((ulong)reader.Signed()));
                            break;
                        case 0x16: // DW_CFA_val_expression
                            SetExpression(ref row, reader.Unsigned(), CfiRuleKind.IsExpression, ref reader);
                            break;
                        case 0x2D: // DW_CFA_AARCH64_negate_ra_state: return addresses are signed; their upper bits are masked by the walk
                            break;
                        case 0x2E: // DW_CFA_GNU_args_size
                            reader.Unsigned();
                            break;
                        case 0x2F: // DW_CFA_GNU_negative_offset_extended
                            Set(ref row, reader.Unsigned(), CfiRuleKind.AtOffset, -Factored(reader.Unsigned()));
                            break;
                        default:
                            return false;
                    }
                    break;
            }
            if (reader.Failed)
                return false;
            if (location > address)
                break;
        }
        return true;

        long Factored(ulong value) => unchecked((long)value * common.DataAlignment);

        // Tables also have rules for vector registers, which nothing here needs.
        void Set(ref CfiRow row, ulong register, CfiRuleKind kind, long value)
        {
            if (register < (ulong)registers)
                row.Registers[(int)register] = new(kind, value);
        }

        void SetCfa(ref CfiRow row, ulong register, long offset)
        {
            row.CfaRegister = register < (ulong)registers ? (int)register : -1;
            row.Cfa = new(CfiRuleKind.IsOffset, offset);
        }

        void SetExpression(ref CfiRow row, ulong register, CfiRuleKind kind, ref CfiReader reader)
        {
            var rule = Expression(ref reader, kind);
            if (register < (ulong)registers)
                row.Registers[(int)register] = rule;
        }

        void Restore(ref CfiRow row, ulong register)
        {
            if (register < (ulong)registers)
                row.Registers[(int)register] = _initial.Registers[(int)register];
        }

        static CfiRule Expression(ref CfiReader reader, CfiRuleKind kind)
        {
            var (expression, length) = reader.Block();
            return new(kind, expression, length);
        }
    }
}
