# SPDX-License-Identifier: MIT
"""What users ask of band, servers and training beside what there is: before a policy is judged."""
